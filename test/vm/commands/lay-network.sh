# Lays a network of pods and a client around a test node:
#   pods     10.244.0.2, .3, .4 and fd00:10:244::2, ::3, ::4, behind the bridge cni0 (10.244.0.1): Services' endpoints
#   peer     10.244.0.9 and fd00:10:244::9, another pod
#   outside  192.168.77.2 and 2001:db8:77::2, a client that is no pod; the node is its gateway
set -eu
sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip link add cni0 type bridge
ip address add 10.244.0.1/24 dev cni0
ip address add fd00:10:244::1/64 dev cni0 nodad
ip link set cni0 up

# Name, then addresses.
pod() {
  name=$1
  shift
  ip netns add "$name"
  ip link add "v-$name" type veth peer name eth0 netns "$name"
  ip link set "v-$name" master cni0 up
  ip -n "$name" link set lo up
  ip -n "$name" link set eth0 up
  for host in "$@"; do
    ip -n "$name" address add "10.244.0.$host/24" dev eth0
    ip -n "$name" address add "fd00:10:244::$host/64" dev eth0 nodad
  done
  ip -n "$name" route add default via 10.244.0.1
  ip -n "$name" -6 route add default via fd00:10:244::1
}
pod pods 2 3 4
pod peer 9

ip netns add outside
ip link add v-outside type veth peer name eth0 netns outside
ip address add 192.168.77.1/24 dev v-outside
ip address add 2001:db8:77::1/64 dev v-outside nodad
ip link set v-outside up
ip -n outside link set lo up
ip -n outside link set eth0 up
ip -n outside address add 192.168.77.2/24 dev eth0
ip -n outside address add 2001:db8:77::2/64 dev eth0 nodad
ip -n outside route add default via 192.168.77.1
ip -n outside -6 route add default via 2001:db8:77::1

# Without a way to cluster IPs a packet ends before anybody can translate it.
ip -6 route add default via 2001:db8:77::2 src 2001:db8:f::15
