/** What `--help` prints. */
export const helpText = `Reads the Service rules of a Kubernetes node. Nothing on the node is changed.

Usage:
  agent.js read [--mode auto|iptables|ipvs|nftables] [--from PATH...] [--objects FILE] [--node NAME]
                [--json | --tree | --schema]
  agent.js parse FILE [--language iptables|ipset|ipvsadm|nft] --print | --json
  agent.js compile --mode iptables|ipvs|nftables --objects FILE... --node NAME --node-ip IP[,IP] [--out DIR]
                   [PROXY OPTIONS]
  agent.js serve
  agent.js --help | --version

read      Says which Services the rules carry, with frontends and endpoints, what else stands there, and what looks
          wrong. Without --from it reads this machine's kernel, which takes root.
  --mode MODE       The kube-proxy mode whose rules to read; auto finds it out.
  --from PATH...    Saved dumps instead: folders or files with the output of iptables-save, ip6tables-save,
                    ipset save, ipvsadm -Sn, ipvsadm -Ln --stats --exact, nft [-j] list ruleset, ip [-j] addr.
  --objects FILE    Services and EndpointSlices, as kubectl get services,endpointslices -A -o json|yaml prints them or
                    one JSON object a line. Rules of the ipvs mode carry no names; they come from here.
  --node NAME       The Kubernetes name of the node, to tell which endpoints are on it.
  --json            Prints JSON; --schema prints its JSON Schema.
  --tree            Prints a tree for people to read (default).

parse     Parses one dump. FILE may be - for standard input.
  --language LANG   What it is written in; told from its content when not given.
  --print           Prints it back from what was parsed: the very same bytes.
  --json            Prints what was understood.

compile   Writes what a node's kernel should hold for Services, as kube-proxy would have it, for iptables-restore,
          ipset restore, ipvsadm -R, ip -batch and nft -f. Nothing is loaded; no nfacct counters are used.
  --mode MODE       The kube-proxy mode.
  --objects FILE    Services and EndpointSlices, as for read; - for standard input.
  --node NAME       The Kubernetes name of the node, to tell which endpoints are on it.
  --node-ip IP[,IP] The node's address in each family that is programmed.
  --out DIR         Writes one file for each tool and family there, and prints how they are loaded; without it, all of
                    them go to standard output.

PROXY OPTIONS: what kube-proxy's configuration and its node would say.
  --zone ZONE                        The node's zone, for topology hints.
  --ipv6                             Programs IPv6 also where the node has no such address.
  --cluster-cidr CIDR[,CIDR]         Where pods are, to tell their traffic from other traffic; or
  --bridge-interface NAME            the bridge that they are on; or
  --pod-interface-prefix PREFIX      how their interfaces' names begin.
  --masquerade-all                   Masquerades all traffic to cluster IPs.
  --masquerade-bit N                 The bit of the mark for that, 0 to 31 (14).
  --nodeport-addresses CIDR,...      Which of the node's addresses take node ports, or primary for its own.
  --no-localhost-nodeports           No node ports on loopback in iptables mode.
  --service-cidr CIDR[,CIDR]         Where cluster IPs are from: nftables mode drops packets to the others.
  --scheduler NAME                   Of ipvs: rr, wrr, lc, wlc, lblc, lblcr, sh, dh, sed, nq, fo, ovf, mh.
  --strict-arp, --exclude-cidrs CIDR,..., --tcp-timeout S, --tcp-fin-timeout S, --udp-timeout S
                                     Of ipvs, as kube-proxy has them.

serve     Speaks JSON-RPC on standard input and output, for the extension.

Exit status: 0 when all went well, 1 when something failed or could not be read, 2 for a wrong command line.
`;
