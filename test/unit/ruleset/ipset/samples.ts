/** What ipset 7.17 saves of sets of every type with all options; recorded where the kernel had the type. */
export const everyType = `create a1 bitmap:ip range 10.0.0.0-10.0.255.255 timeout 300 counters comment skbinfo
add a1 10.0.0.1 timeout 59 packets 5 bytes 700 comment "hello world" skbmark 0x1/0xff skbprio 1:10 skbqueue 3
create a1n bitmap:ip range 10.0.0.0-10.255.255.255 netmask 24
add a1n 10.1.2.0
create a2 bitmap:ip,mac range 10.0.0.0-10.0.0.255 counters
add a2 10.0.0.1,00:11:22:33:44:55 packets 0 bytes 0
add a2 10.0.0.2 packets 0 bytes 0
create a3 bitmap:port range 0-65535 comment
add a3 80 comment "x"
add a3 100
create b1 hash:ip family inet hashsize 64 maxelem 1000 netmask 24 timeout 0 counters comment skbinfo bucketsize 12 initval 0x5a985216
add b1 10.2.3.0 timeout 0 packets 18446744073709551615 bytes 0 comment "it is \\ x"
create b1m hash:ip family inet hashsize 1024 maxelem 65536 bitmask 255.255.0.255 bucketsize 12 initval 0x234f89d7
create b2 hash:mac hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0x234f89d7
add b2 00:11:22:33:44:55
create b3 hash:ip,mac family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x234f89d7
add b3 1.2.3.4,00:11:22:33:44:55
create b4 hash:net family inet6 hashsize 1024 maxelem 65536 timeout 100 comment bucketsize 12 initval 0xe2202e1a
add b4 fd00::/64 timeout 98 comment "a \\\\ b' ,;" nomatch
add b4 fd00::1 timeout 99
create b5 hash:net,net family inet hashsize 1024 maxelem 65536 counters bucketsize 12 initval 0xe2202e1a
add b5 10.0.0.0/8,192.168.0.0/24 packets 0 bytes 0
create b6 hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x4a279668
add b6 1.2.3.4,tcp:80
add b6 1.2.3.4,icmp:echo-request
add b6 1.2.3.4,icmp:13/0
add b6 1.2.3.4,gre:0
create b6six hash:ip,port family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1422d809
add b6six fd00::1,icmpv6:echo-request
create b7 hash:ip,port,ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xfdb39bce
add b7 1.2.3.4,sctp:80,5.6.7.8
create b8 hash:ip,port,net family inet hashsize 1024 maxelem 65536 timeout 0 bucketsize 12 initval 0x81cce139
add b8 1.2.3.4,udplite:80,5.6.0.0/16 timeout 0
create b9 hash:net,port family inet hashsize 1024 maxelem 65536 skbinfo bucketsize 12 initval 0xa38561d1
add b9 1.2.3.0/24,tcp:80 skbmark 0x1
create b10 hash:net,port,net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xa38561d1
add b10 1.2.3.0/24,tcp:80,0.0.0.0/0
create b11 hash:net,iface family inet hashsize 1024 maxelem 65536 comment bucketsize 12 initval 0xf8c204fb
add b11 10.0.0.0/8,eth0
add b11 10.0.0.0/8,physdev:eth0 nomatch
add b11 10.0.0.0/8,eth wildcard
create b12 hash:ip,mark family inet markmask 0x000000ff hashsize 1024 maxelem 65536 bucketsize 12 initval 0xed21ddf4
add b12 1.2.3.4,0x00000034
create odd name hash:ip family inet hashsize 1024 maxelem 65536 forceadd bucketsize 12 initval 0x7ccd0c1c
add odd name 1.1.1.1
create od"d hash:ip family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1a918459
create c1 list:set size 8 timeout 0 comment
add c1 b6 timeout 0
add c1 b1 timeout 300 comment "l"
`;
