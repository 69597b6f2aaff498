# Loads recorded rules on a clean test node.
#   $1 mode: iptables, ipvs or nftables    $2 backend of iptables: nf_tables or legacy
#   standard input: a tar archive of the files of a case in that mode
set -eu
mode=$1
case $2 in
  legacy) variant=-legacy ;;
  *) variant= ;;
esac
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tar -x -C "$folder"
cd "$folder"

if [ "$mode" = nftables ]; then
  nft -f nft.txt
  exit
fi
if [ "$mode" = ipvs ]; then
  ip link add kube-ipvs0 type dummy
  # Fields of `ip -o address`: index, device, family, address/length ...
  awk '{ print "address add", $4, "dev kube-ipvs0", ($3 == "inet6" ? "nodad" : "") }' kube-ipvs0.txt | ip -batch -
  ipset restore < ipset-save.txt
  ipvsadm --restore < ipvsadm-save.txt
fi
for file in iptables-save.txt ip6tables-save.txt; do
  if [ -e "$file" ]; then
    # Rules refer to accounting objects by name, and the kernel refuses names that it does not know.
    for object in $(sed -n 's/.*--nfacct-name *\([^ ]*\).*/\1/p' "$file" | sort -u); do
      nfacct get "$object" > /dev/null 2>&1 || nfacct add "$object"
    done
    "${file%%-save.txt}$variant-restore" < "$file"
  fi
done
