# Runs kube-proxy's code in a network namespace of its own and writes what the kernel then holds to standard output, as a
# tar archive of rule files, `sysctls.txt` (the settings that it changed) and `oracle.log`.
#   $1 what `ip -batch -` makes the node of     $2 value of nf_conntrack_tcp_be_liberal
#   $3 the script that saves rules              $4 mode    $5 family
#   further: the oracle and its arguments, without the file of the objects, which are read from standard input
set -eu
batch=$1 liberal=$2 save=$3 mode=$4 family=$5
shift 5
namespace=ksr-record-$$
folder=$(mktemp -d)
trap 'rm -rf "$folder"; ip netns delete "$namespace"' EXIT
ip netns add "$namespace"
printf '%s' "$batch" | ip -n "$namespace" -batch -
cat > "$folder/objects.jsonl"

settings() {
  ip netns exec "$namespace" sh -c '
    cd /proc/sys
    for path in net/ipv4/ip_forward net/ipv4/conf/all/arp_announce net/ipv4/conf/all/arp_ignore \
      net/ipv4/conf/all/route_localnet net/ipv4/vs/*; do
      if [ -r "$path" ]; then echo "$path = $(cat "$path")"; fi
    done'
}
ip netns exec "$namespace" sh -c '
  cd /proc/sys/net
  for path in ipv4/ip_forward ipv4/conf/all/arp_announce ipv4/conf/all/arp_ignore ipv4/conf/all/route_localnet; do
    echo 0 > "$path"
  done
  echo "$1" > netfilter/nf_conntrack_tcp_be_liberal' sh "$liberal"
mkdir "$folder/rules"
settings > "$folder/fresh"
if ! ip netns exec "$namespace" "$@" -objects "$folder/objects.jsonl" 2> "$folder/rules/oracle.log"; then
  cat "$folder/rules/oracle.log" >&2
  exit 1
fi
settings | diff "$folder/fresh" - | sed -n 's/^> //p' > "$folder/rules/sysctls.txt"
ip netns exec "$namespace" sh -c "$save" save-rules "$mode" nf_tables "$family" | tar -x -C "$folder/rules"
tar -c --owner=0 --group=0 -C "$folder/rules" .
