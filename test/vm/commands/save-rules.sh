# Writes the rules that the kernel holds to standard output, as a tar archive of the files that a case has in a mode.
#   $1 mode: iptables, ipvs or nftables    $2 backend of iptables: nf_tables or legacy    $3 family: ipv4 or ipv6
set -eu
mode=$1
case $2 in
  legacy) variant=-legacy ;;
  *) variant= ;;
esac
case $3 in
  ipv6) tool=ip6tables ;;
  *) tool=iptables ;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

if [ "$mode" = nftables ]; then
  nft list ruleset > nft.txt
  nft -j list ruleset > nft.json
else
  "$tool$variant-save" > "$tool-save.txt"
fi
if [ "$mode" = ipvs ]; then
  ipset save > ipset-save.txt
  ipvsadm --save --numeric > ipvsadm-save.txt
  ipvsadm --list --numeric --stats --exact > ipvsadm-stats.txt
  # Empty where there is no such device.
  ip -o address show | sed -n '/^[0-9]*: kube-ipvs0 /p' > kube-ipvs0.txt
fi
tar -c --owner=0 --group=0 ./*
