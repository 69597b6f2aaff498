import type { IpFamily } from '../../../agent/model/address.ts';

/** Words of a family in the texts below. */
export const familyWords: Readonly<Record<IpFamily, Readonly<Record<string, string>>>> = {
  ipv4: {
    pods: '10.244.0.0/16',
    somePods: '10.244.0.0/25',
    services: '10.96.0.0/16',
    loopback: '127.0.0.0/8',
    containers: '172.18.0.0/16',
    container: '172.18.0.5',
    containerPort: '172.18.0.5:80',
    pod: '10.244.254.9',
    node: '10.0.2.15',
    outside: '198.51.100.0/25',
    multicast: '224.0.0.0/4',
    all: '0.0.0.0/0',
    icmp: 'icmp',
    reject: 'icmp-port-unreachable',
    prohibited: 'icmp-host-prohibited',
    set: '40',
    inet: 'inet',
    neighbours: 'BROADCAST',
  },
  ipv6: {
    pods: 'fd00:10:244::/64',
    somePods: 'fd00:10:244::/121',
    services: 'fd00:10:96::/112',
    loopback: '::1/128',
    containers: 'fd00:172:18::/64',
    container: 'fd00:172:18::5',
    containerPort: '[fd00:172:18::5]:80',
    pod: 'fd00:10:244:fe::9',
    node: '2001:db8:f::15',
    outside: '2001:db8:100::/64',
    multicast: 'ff00::/8',
    all: '::/0',
    icmp: 'ipv6-icmp',
    reject: 'icmp6-port-unreachable',
    prohibited: 'icmp6-adm-prohibited',
    set: '60',
    inet: 'inet6',
    neighbours: 'MULTICAST',
  },
};

/** IP sets that the rules below look into, in the words of `ipset restore`. */
export const thirdPartySets = `create cali{set}masq hash:net family {inet}
add cali{set}masq {pods}
create cali{set}all hash:net family {inet}
add cali{set}all {pods}
add cali{set}all {services}
create cali{set}s-web hash:ip family {inet}
add cali{set}s-web {pod}
add cali{set}s-web {container}
create cali{set}n-db hash:net,port family {inet}
add cali{set}n-db {somePods},tcp:8080
add cali{set}n-db {somePods},udp:0-9999
create KUBE-SRC-{set} hash:ip,port,ip family {inet}
add KUBE-SRC-{set} {container},tcp:80,{container}
create KUBE-POD-{set} hash:net,iface family {inet}
add KUBE-POD-{set} {pods},cni0
create ports-{set} bitmap:port range 0-65535
add ports-{set} 22
add ports-{set} 8000-8090
create any-{set} list:set
add any-{set} cali{set}s-web
add any-{set} cali{set}masq
`;

/** Rules beside kube-proxy's, as their makers write them, in the words of `iptables-restore --noflush`. */
export const thirdPartyIptables: Readonly<Record<string, string>> = {
  docker: `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d {loopback} -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s {containers} ! -o docker0 -j MASQUERADE
-A POSTROUTING -s {container} -d {container} -p tcp -m tcp --dport 80 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination {containerPort}
-A DOCKER -d {node} ! -i docker0 -p udp -m udp --dport 53 -j DNAT --to-destination {containerPort}
COMMIT
*filter
:DOCKER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
:DOCKER-USER - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A DOCKER -d {container} ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER ! -i docker0 -o docker0 -p udp -j DROP
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o cni0 -j DROP
-A DOCKER-ISOLATION-STAGE-2 -j RETURN
-A DOCKER-USER -j RETURN
COMMIT
`,
  kubelet: `*mangle
:KUBE-IPTABLES-HINT - [0:0]
:KUBE-KUBELET-CANARY - [0:0]
COMMIT
*filter
:KUBE-FIREWALL - [0:0]
-A INPUT -j KUBE-FIREWALL
-A OUTPUT -j KUBE-FIREWALL
-A KUBE-FIREWALL ! -s {loopback} -d {loopback} -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP
-A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
COMMIT
`,
  flannel: `*nat
:FLANNEL-POSTRTG - [0:0]
-A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
-A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s {somePods} -d {pods} -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s {pods} -d {somePods} -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG ! -s {pods} -d {somePods} -m comment --comment "flanneld masq" -j RETURN
-A FLANNEL-POSTRTG -s {pods} ! -d {multicast} -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
-A FLANNEL-POSTRTG ! -s {pods} -d {pods} -m comment --comment "flanneld masq" -j MASQUERADE --random-fully
COMMIT
*filter
:FLANNEL-FWD - [0:0]
-A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
-A FLANNEL-FWD -s {pods} -m comment --comment "flanneld forward" -j ACCEPT
-A FLANNEL-FWD -d {pods} -m comment --comment "flanneld forward" -j ACCEPT
COMMIT
`,
  portmap: `*nat
:CNI-HOSTPORT-DNAT - [0:0]
:CNI-HOSTPORT-MASQ - [0:0]
:CNI-HOSTPORT-SETMARK - [0:0]
:CNI-DN-1a2b3c - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A OUTPUT -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A POSTROUTING -m comment --comment "CNI portfwd requiring masquerade" -j CNI-HOSTPORT-MASQ
-A CNI-HOSTPORT-SETMARK -m comment --comment "CNI portfwd masquerade mark" -j MARK --set-xmark 0x2000/0x2000
-A CNI-HOSTPORT-MASQ -m mark --mark 0x2000/0x2000 -j MASQUERADE
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name" -m multiport --dports 443,8000:8100 -j CNI-DN-1a2b3c
-A CNI-DN-1a2b3c -s {pods} -p tcp -m tcp --dport 443 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-1a2b3c -s {loopback} -p tcp -m tcp --dport 443 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-1a2b3c -p tcp -m tcp --dport 443 -j DNAT --to-destination {pod}
COMMIT
`,
  ufw: `*filter
:ufw-before-input - [0:0]
:ufw-before-forward - [0:0]
:ufw-not-local - [0:0]
:ufw-user-input - [0:0]
:ufw-logging-deny - [0:0]
:ufw-skip-to-policy-input - [0:0]
-A INPUT -j ufw-before-input
-A FORWARD -j ufw-before-forward
-A ufw-before-input -i lo -j ACCEPT
-A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-before-input -m conntrack --ctstate INVALID -j ufw-logging-deny
-A ufw-before-input -m conntrack --ctstate INVALID -j DROP
-A ufw-before-input -p {icmp} -j ACCEPT
-A ufw-before-input -j ufw-not-local
-A ufw-before-input -j ufw-user-input
-A ufw-before-forward -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN
-A ufw-not-local -m addrtype --dst-type MULTICAST -j RETURN
-A ufw-not-local -m addrtype --dst-type {neighbours} -j RETURN
-A ufw-not-local -j DROP
-A ufw-user-input -p tcp -m multiport --dports 22,80,443 -m comment --comment "'dapp_WWW'" -j ACCEPT
-A ufw-user-input -p udp -m udp --dport 53 -j ACCEPT
-A ufw-user-input -p tcp -m tcp --dport 8080 -j REJECT --reject-with tcp-reset
-A ufw-user-input -s {outside} -p sctp -j ufw-skip-to-policy-input
-A ufw-logging-deny -m conntrack --ctstate INVALID -j LOG --log-prefix "[UFW AUDIT INVALID] "
-A ufw-skip-to-policy-input -j DROP
COMMIT
`,
  calico: `*raw
:cali-PREROUTING - [0:0]
:cali-rpf-skip - [0:0]
-A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
-A cali-PREROUTING -j MARK --set-xmark 0x0/0xf0000
-A cali-PREROUTING -i cali+ -j MARK --set-xmark 0x40000/0x40000
-A cali-PREROUTING -m mark --mark 0x40000/0x40000 -j cali-rpf-skip
-A cali-PREROUTING -m mark --mark 0x40000/0x40000 -m rpfilter --validmark --invert -j DROP
-A cali-PREROUTING -m mark --mark 0x10000/0x10000 -j ACCEPT
COMMIT
*mangle
:cali-PREROUTING - [0:0]
:cali-from-host-endpoint - [0:0]
-A PREROUTING -m comment --comment "cali:6gwbT8clXdHdC1b1" -j cali-PREROUTING
-A cali-PREROUTING -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-PREROUTING -m mark --mark 0x10000/0x10000 -j ACCEPT
-A cali-PREROUTING -j cali-from-host-endpoint
-A cali-PREROUTING -m comment --comment "Host endpoint policy accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
COMMIT
*nat
:cali-POSTROUTING - [0:0]
:cali-nat-outgoing - [0:0]
-A POSTROUTING -m comment --comment "cali:O3lYWMrLQYEMJtB5" -j cali-POSTROUTING
-A cali-POSTROUTING -j cali-nat-outgoing
-A cali-nat-outgoing -m set --match-set cali{set}masq src -m set ! --match-set cali{set}all dst -j MASQUERADE --random-fully
COMMIT
*filter
:cali-FORWARD - [0:0]
:cali-INPUT - [0:0]
:cali-from-wl-dispatch - [0:0]
:cali-to-wl-dispatch - [0:0]
:cali-fw-cali2 - [0:0]
:cali-tw-cali2 - [0:0]
:cali-pi-web - [0:0]
-A INPUT -j cali-INPUT
-A FORWARD -j cali-FORWARD
-A FORWARD -m comment --comment "Policy explicitly accepted packet." -m mark --mark 0x10000/0x10000 -j ACCEPT
-A cali-INPUT -i cali+ -g cali-from-wl-dispatch
-A cali-FORWARD -j MARK --set-xmark 0x0/0xe0000
-A cali-FORWARD -m mark --mark 0x0/0x10000 -i cali+ -j cali-from-wl-dispatch
-A cali-FORWARD -o cali+ -j cali-to-wl-dispatch
-A cali-from-wl-dispatch -i cali2 -g cali-fw-cali2
-A cali-from-wl-dispatch -m comment --comment "Unknown interface" -j DROP
-A cali-to-wl-dispatch -o cali2 -g cali-tw-cali2
-A cali-to-wl-dispatch -m comment --comment "Unknown interface" -j DROP
-A cali-fw-cali2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-fw-cali2 -m conntrack --ctstate INVALID -j DROP
-A cali-fw-cali2 -p udp -m comment --comment "Drop VXLAN encapped packets originating in workloads" -m multiport --dports 4789 -j DROP
-A cali-fw-cali2 -m set --match-set any-{set} dst -j MARK --set-xmark 0x10000/0x10000
-A cali-fw-cali2 -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-cali2 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A cali-tw-cali2 -m conntrack --ctstate INVALID -j DROP
-A cali-tw-cali2 -j MARK --set-xmark 0x0/0x30000
-A cali-tw-cali2 -m mark --mark 0x0/0x20000 -j cali-pi-web
-A cali-tw-cali2 -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-tw-cali2 -m mark --mark 0x0/0x20000 -p sctp -j DROP
-A cali-pi-web -m set --match-set cali{set}n-db dst,dst -j MARK --set-xmark 0x10000/0x10000
-A cali-pi-web -m mark --mark 0x10000/0x10000 -j RETURN
-A cali-pi-web -p tcp -m set --match-set ports-{set} dst -m set ! --match-set cali{set}s-web src -j MARK --set-xmark 0x20000/0x20000
COMMIT
`,
  kubeRouter: `*filter
:KUBE-ROUTER-FORWARD - [0:0]
:KUBE-POD-FW-A - [0:0]
:KUBE-NWPLCY-A - [0:0]
-A FORWARD -m comment --comment "kube-router netpol" -j KUBE-ROUTER-FORWARD
-A KUBE-ROUTER-FORWARD -d {somePods} -m comment --comment "rule to jump traffic destined to POD" -j KUBE-POD-FW-A
-A KUBE-POD-FW-A -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment "rule for stateful firewall for pod" -j ACCEPT
-A KUBE-POD-FW-A -m addrtype --src-type LOCAL -d {somePods} -j ACCEPT
-A KUBE-POD-FW-A -m comment --comment "run through nw policy" -j KUBE-NWPLCY-A
-A KUBE-POD-FW-A -m mark ! --mark 0x10000/0x10000 -p udp -j REJECT --reject-with {reject}
-A KUBE-POD-FW-A -m mark ! --mark 0x10000/0x10000 -p sctp -j REJECT --reject-with {prohibited}
-A KUBE-POD-FW-A -j MARK --set-xmark 0x0/0x10000
-A KUBE-NWPLCY-A -m set --match-set cali{set}s-web src -m conntrack --ctstate NEW -j MARK --set-xmark 0x10000/0x10000
-A KUBE-NWPLCY-A -m set --match-set KUBE-POD-{set} src,src -m statistic --mode random --probability 0.50000000000 -j MARK --set-xmark 0x10000/0x10000
COMMIT
`,
  cilium: `*raw
:CILIUM_PRE_raw - [0:0]
:CILIUM_OUTPUT_raw - [0:0]
-A PREROUTING -m comment --comment "cilium-feeder: CILIUM_PRE_raw" -j CILIUM_PRE_raw
-A OUTPUT -m comment --comment "cilium-feeder: CILIUM_OUTPUT_raw" -j CILIUM_OUTPUT_raw
-A CILIUM_PRE_raw -d {containers} -m comment --comment "cilium: NOTRACK for pod traffic" -j CT --notrack
-A CILIUM_PRE_raw -m mark --mark 0x200/0xf00 -m comment --comment "cilium: NOTRACK for proxy traffic" -j CT --notrack
-A CILIUM_OUTPUT_raw -m mark --mark 0xa00/0xfffffeff -m comment --comment "cilium: NOTRACK for proxy return traffic" -j CT --notrack
COMMIT
*mangle
:CILIUM_PRE_mangle - [0:0]
-A PREROUTING -m comment --comment "cilium-feeder: CILIUM_PRE_mangle" -j CILIUM_PRE_mangle
-A CILIUM_PRE_mangle ! -o lo -m socket --transparent -m mark ! --mark 0xe00/0xf00 -m comment --comment "cilium: any->pod redirect proxied traffic to host proxy" -j MARK --set-xmark 0x200/0xffffffff
COMMIT
*filter
:CILIUM_FORWARD - [0:0]
:CILIUM_INPUT - [0:0]
:CILIUM_OUTPUT - [0:0]
-A INPUT -m comment --comment "cilium-feeder: CILIUM_INPUT" -j CILIUM_INPUT
-A FORWARD -m comment --comment "cilium-feeder: CILIUM_FORWARD" -j CILIUM_FORWARD
-A OUTPUT -m comment --comment "cilium-feeder: CILIUM_OUTPUT" -j CILIUM_OUTPUT
-A CILIUM_FORWARD -o cilium_host -m comment --comment "cilium: any->cluster on cilium_host forward accept" -j ACCEPT
-A CILIUM_FORWARD -i veth+ -m comment --comment "cilium: cluster->any on lxc+ forward accept" -j ACCEPT
-A CILIUM_INPUT -m mark --mark 0x200/0xf00 -m comment --comment "cilium: ACCEPT for proxy traffic" -j ACCEPT
-A CILIUM_OUTPUT -m mark --mark 0xa00/0xfffffeff -m comment --comment "cilium: ACCEPT for proxy return traffic" -j ACCEPT
-A CILIUM_OUTPUT -m mark ! --mark 0xe00/0xf00 -m mark ! --mark 0xd00/0xf00 -m mark ! --mark 0xa00/0xe00 -m comment --comment "cilium: host->any mark as from host" -j MARK --set-xmark 0xc00/0xf00
COMMIT
*nat
:CILIUM_POST_nat - [0:0]
-A POSTROUTING -m comment --comment "cilium-feeder: CILIUM_POST_nat" -j CILIUM_POST_nat
-A CILIUM_POST_nat -s {somePods} ! -d {pods} -o eth0 -m comment --comment "cilium masquerade non-cluster" -j SNAT --to-source {node}
-A CILIUM_POST_nat -m mark --mark 0xa00/0xe00 -m comment --comment "exclude proxy return traffic from masquerade" -j ACCEPT
COMMIT
`,
  mixed: `*mangle
-A PREROUTING -m conntrack --ctstate NEW -i eth0 -p tcp -j CONNMARK --set-xmark 0x20/0xf0
-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0xf0
-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
-A POSTROUTING -m connmark --mark 0x20/0xf0 -j MARK --set-xmark 0x100/0x100
COMMIT
*nat
-A PREROUTING -i eth0 -p tcp -m tcp --dport 65535 -j REDIRECT --to-ports 80
-A OUTPUT -p udp -m udp --dport 8080 -d {outside} -j REDIRECT --to-ports 53
COMMIT
*filter
-A INPUT -p udp -m udp --dport 443 -m conntrack --ctstate NEW -j REJECT --reject-with {prohibited}
-A FORWARD -m conntrack --ctstate DNAT -m conntrack --ctorigdstport 3868 -j REJECT --reject-with {reject}
-A FORWARD -p sctp -m statistic --mode random --probability 0.25 -j DROP
-A OUTPUT -d {containers} -p tcp -j REJECT --reject-with tcp-reset
COMMIT
`,
};
