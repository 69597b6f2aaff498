/** Tables beside kube-proxy's, as their makers write them, in the words of `nft -f`. */
export const thirdPartyNftables: Readonly<Record<string, string>> = {
  firewalld: `table inet firewalld {
  chain mangle_PREROUTING { type filter hook prerouting priority mangle + 10; policy accept; jump mangle_zones; }
  chain mangle_zones { iifname "eth0" goto mangle_public; goto mangle_public; }
  chain mangle_public { meta l4proto tcp ip daddr 10.0.2.15 tcp dport 2222 meta mark set 0x66; }
  chain nat_PREROUTING { type nat hook prerouting priority dstnat + 10; policy accept; jump nat_zones; }
  chain nat_zones { meta mark 0x66 meta l4proto tcp dnat ip to 172.18.0.5:22; }
  chain nat_POSTROUTING { type nat hook postrouting priority srcnat + 10; policy accept; oifname "docker0" ip saddr 198.51.100.0/24 masquerade; }
  chain filter_PREROUTING {
    type filter hook prerouting priority filter + 10; policy accept;
    icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
    meta nfproto ipv6 fib saddr . mark . iif oif missing drop
  }
  chain filter_INPUT {
    type filter hook input priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ct state invalid drop
    jump filter_INPUT_ZONES
    reject with icmpx admin-prohibited
  }
  chain filter_INPUT_ZONES {
    iifname "docker0" goto filter_IN_docker
    iifname { "cni0", "veth1", "cali2", "flannel.1" } accept
    goto filter_IN_public
  }
  chain filter_IN_docker { accept; }
  chain filter_IN_public {
    tcp dport 22 accept
    tcp dport 30000-30100 accept
    udp dport { 53, 30000-30100 } ct state { new, untracked } accept
    ip6 daddr fe80::/64 udp dport 546 accept
    meta l4proto { icmp, ipv6-icmp } accept
    sctp dport 1-65535 drop
  }
  chain filter_FORWARD {
    type filter hook forward priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ct state invalid drop
    ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24 } reject with icmpv6 addr-unreachable
    jump filter_FORWARD_ZONES
    reject with icmpx admin-prohibited
  }
  chain filter_FORWARD_ZONES {
    iifname { "cni0", "veth1", "docker0" } accept
    iifname "cali*" accept
    ip daddr 10.244.0.0/16 meta l4proto != icmp accept
    ip6 daddr fd00:10:244::/64 accept
  }
  chain filter_OUTPUT {
    type filter hook output priority filter + 10; policy accept;
    ct state { established, related } accept
    oifname "lo" accept
    ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24 } reject with icmpv6 addr-unreachable
  }
}
`,
  policy: `table inet network-policy {
  set web { type ipv4_addr; elements = { 10.244.254.9, 172.18.0.5 } }
  set clients { type ipv4_addr; flags interval; elements = { 198.51.100.0/26, 10.0.2.100-10.0.2.180 } }
  set pairs { type ipv4_addr . inet_proto . inet_service; flags interval; elements = { 10.244.0.0/25 . tcp . 1000-5000, 10.244.0.0/16 . udp . 0-65535 } }
  set pairs6 { type ipv6_addr . inet_proto . inet_service; flags interval; elements = { fd00:10:244::/120 . tcp . 1000-5000 } }
  map fates { type inet_service : verdict; elements = { 443 : goto closed, 8080 : jump counted, 65535 : drop } }
  map device_fates { type ifname : verdict; elements = { "cali2" : jump from_cali, "cni0" : continue } }
  map marks { type ipv4_addr : mark; elements = { 10.244.254.9 : 0x100, 10.244.253.9 : 0x200 } }
  counter seen { }
  chain early {
    type filter hook prerouting priority raw - 7; policy accept;
    ip saddr 203.0.113.7 udp dport 53 notrack
    meta mark set ip saddr map @marks
    iifname "cali2" meta mark set meta mark or 0x40
  }
  chain counted { counter name seen return; }
  chain closed { meta l4proto tcp reject with tcp reset ; reject with icmpx port-unreachable; }
  chain from_cali { ip daddr @web drop ; ip daddr . meta l4proto . th dport @pairs return ; th dport 53 goto closed; }
  chain forward {
    type filter hook forward priority filter - 3; policy accept;
    ct state vmap { established : accept, related : accept, invalid : drop }
    iifname vmap @device_fates
    ip saddr @clients ct original ip daddr 10.96.0.0/16 drop
    ip6 daddr . meta l4proto . th dport @pairs6 counter drop
    meta mark & 0x40 == 0x40 th dport vmap @fates
    numgen random mod 4 < 1 oifname "docker0" drop
  }
  chain late { type filter hook postrouting priority 300; policy accept; meta mark & 0x40 != 0 meta mark set meta mark and 0xffffffbf; }
}
`,
  podman: `table ip netavark {
  chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; fib daddr type local jump NETAVARK-HOSTPORT-DNAT; }
  chain OUTPUT { type nat hook output priority -100; policy accept; fib daddr type local jump NETAVARK-HOSTPORT-DNAT; }
  chain POSTROUTING {
    type nat hook postrouting priority srcnat; policy accept;
    meta mark & 0x00002000 == 0x00002000 masquerade
    ip saddr 172.18.0.0/16 jump nv_docker
  }
  chain nv_docker { ip daddr 172.18.0.0/16 accept ; ip daddr != 224.0.0.0/4 masquerade fully-random; }
  chain NETAVARK-HOSTPORT-SETMARK { meta mark set meta mark | 0x00002000; }
  chain NETAVARK-HOSTPORT-DNAT {
    tcp dport 8080 jump nv_dnat
    udp dport 8000-8090 dnat to ip daddr map { 10.0.2.15 : 172.18.0.5, 192.168.50.5 : 172.18.0.6 }
    tcp dport { 80, 443 } dnat to 172.18.0.0/24 : 8443 persistent
  }
  chain nv_dnat { ip saddr 172.18.0.0/16 jump NETAVARK-HOSTPORT-SETMARK ; ip saddr 127.0.0.1 jump NETAVARK-HOSTPORT-SETMARK ; meta l4proto tcp dnat to 172.18.0.5:80; }
}
`,
  guards: `table ip6 guard {
  chain raw { type filter hook prerouting priority raw; policy accept; fib saddr . iif oif 0 drop ; ip6 nexthdr udp udp dport 443 notrack; }
  chain out { type route hook output priority mangle; policy accept; ip6 daddr 2001:db8:100::/64 tcp dport 443 meta mark set 0x2000; }
  chain in { type filter hook input priority security; policy accept; meta l4proto tcp tcp flags & (syn | ack) == ack drop ; icmpv6 type echo-request limit rate 1000000/second accept; }
}
table ip guard {
  set greeted { type ipv4_addr; flags dynamic, timeout; timeout 1h; }
  chain raw { type filter hook prerouting priority -290; policy accept; tcp flags syn / fin,syn,rst,ack ct mark set 0x7; }
  chain in { type filter hook input priority security; policy accept; ct direction reply accept ; ip saddr 198.51.100.0/24 tcp dport { 22, 8080 } update @greeted { ip saddr } ; ct mark 0x7 tcp dport 22 reject with icmp host-prohibited; }
  chain out { type route hook output priority mangle; policy accept; ip daddr 198.51.100.0/24 tcp dport 443 meta mark set 0x2000; }
}
`,
};
