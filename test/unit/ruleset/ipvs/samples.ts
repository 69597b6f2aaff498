/** Virtual and real servers with every option, as `ipvsadm -Sn` prints them (1.31). */
export const everyOption = `-A -t 10.96.0.10:80 -s rr
-a -t 10.96.0.10:80 -r 10.244.0.2:8080 -m -w 1
-a -t 10.96.0.10:80 -r 10.244.0.3:8080 -m -w 0
-A -t 10.96.0.11:443 -s sh -p 10800 -M 255.255.255.0 -b sh-fallback,sh-port
-a -t 10.96.0.11:443 -r 10.244.0.4:443 -g -w 100
-A -t [fd00:10:96::2]:80 -s wrr -p 60 -M 64
-a -t [fd00:10:96::2]:80 -r [fd00:10:244::1]:80 -m -w 1
-A -u 10.96.0.12:53 -s mh -o -b flag-1,flag-2
-a -u 10.96.0.12:53 -r 10.244.0.5:53 -i -w 1 --tun-type ipip
-a -u 10.96.0.12:53 -r 10.244.0.6:53 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum
-a -u 10.96.0.12:53 -r 10.244.0.7:53 -i -w 1 --tun-type gre --tun-remcsum
-A -u 10.96.0.13:5060 -s rr -p 300 --pe sip -o
-A --sctp-service 10.96.0.14:9 -s lc
-a --sctp-service 10.96.0.14:9 -r 10.244.0.8:9 -m -w 1
-A -f 5 -s wlc
-a -f 5 -r 10.244.0.9:0 -m -w 1 -x 100 -y 50
-A -f 6 -6 -s wlc
-a -f 6 -6 -r [fd00:10:244::2]:0 -g -w 65535
`;

/** `ipvsadm -Ln --stats --exact`. */
export const statistics = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  10.96.0.10:80                      12       72       48     4800    61234
  -> 10.244.0.2:8080                     5       30       20     2000    30617
  -> 10.244.0.3:8080                     7 18446744073709551615       28     2800    30617
TCP  [fd00:10:96::2]:80                  0        0        0        0        0
  -> [fd00:10:244::1]:80                 0        0        0        0        0
FWM  5                                   0        0        0        0        0
FWM  6 IPv6                              0        0        0        0        0
  -> [fd00:10:244::2]:0                  0        0        0        0        0
`;

/** `ipvsadm -Ln`. */
export const plainList = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.96.0.10:80 rr
  -> 10.244.0.2:8080              Masq    1      3          14
  -> 10.244.0.3:8080              Route   0      0          0
TCP  10.96.0.11:443 sh (sh-fallback,sh-port) persistent 10800 mask 255.255.255.0
  -> 10.244.0.4:443               Tunnel  100    0          0
UDP  10.96.0.12:53 mh ops
  -> 10.244.0.5:53                Local   1      0          0
FWM  6 IPv6 wlc
`;

/** `ipvsadm -L` with the columns of `--tun-info`, where the tunnel column is blank for the others. */
export const tunnelList = `Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn InActConn
UDP  10.96.0.12:53 rr
  -> 10.244.0.5:53                Masq                  1      2          3
  -> 10.244.0.6:53                Tunnel  gue:6080:none 4      5          6
`;
