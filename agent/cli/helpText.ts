/** What `--help` prints. */
export const helpText = `Reads the Service rules of a Kubernetes node, and changes those of test nodes. Only apply, switch, undo and clean-up
change rules, and only mark and unmark what they may do.

Usage:
  agent.js read [--mode auto|iptables|ipvs|nftables] [--from PATH...] [--objects FILE] [--node NAME]
                [--json | --tree | --schema]
  agent.js parse FILE [--language iptables|ipset|ipvsadm|nft] --print | --json
  agent.js trace --from pod:IP|node|external:IP --to IP:PORT/PROTOCOL [--dumps PATH...] [PACKET OPTIONS]
                 [--json | --text | --schema]
  agent.js compare --to iptables|ipvs|nftables [--objects FILE...] [--dumps PATH...] [PROXY OPTIONS]
                   [--json | --markdown]
  agent.js compile --mode iptables|ipvs|nftables --objects FILE... --node NAME --node-ip IP[,IP] [--out DIR]
                   [PROXY OPTIONS]
  agent.js apply [--mode iptables|ipvs|nftables] --objects FILE... [CHANGE OPTIONS] [PROXY OPTIONS]
  agent.js switch --to iptables|ipvs|nftables [--objects FILE...] [CHANGE OPTIONS] [PROXY OPTIONS]
  agent.js undo | clean-up [CHANGE OPTIONS]
  agent.js confirm | rollback [CHANGE] [--json]
  agent.js mark | unmark | state | leftovers [--json]
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

trace     Follows a packet through the node's hooks, rules and virtual servers, and says every way that it can go, with
          its chance and its steps. Nothing is sent. Without --dumps it reads this machine's kernel, which takes root.
  --from WHERE      pod:IP of a pod of this node; node or node:IP for a process of the node; external:IP[%DEVICE] for
                    another machine.
  --to WHERE        IP:PORT[/PROTOCOL] with tcp, udp or sctp; IP/icmp; [IP]:PORT for IPv6.
  --dumps PATH...   Saved dumps instead, as --from of read.
  --source-port N, --mark N
                    Of the packet: 40000 and 0 when not given.
  --state STATE     Of its connection: new (default), established, related, invalid, untracked.
  --translated-to IP:PORT
                    Where that connection was translated to.
  --remembered IP:PORT
                    The endpoint that session affinity remembers for the client.
  --json            Prints JSON; --schema prints its JSON Schema. --text prints text for people to read (default).

compare   Follows packets from all kinds of sources to all frontends of the node, through the rules that stand and through
          those of another mode, and says what would change for clients, and what each mode costs. Changes nothing.
  --to MODE         The other mode.
  --objects FILE    Services and EndpointSlices, as for read; without it those that were applied last, and else what the
                    rules say of them.
  --dumps PATH...   Saved dumps instead of this machine's kernel, as for trace.
  --json            Prints JSON. --markdown prints a document for people (default).

compile   Writes what a node's kernel should hold for Services, as kube-proxy would have it, for iptables-restore,
          ipset restore, ipvsadm -R, ip -batch and nft -f. Nothing is loaded; no nfacct counters are used.
  --mode MODE       The kube-proxy mode.
  --objects FILE    Services and EndpointSlices, as for read; - for standard input.
  --node NAME       The Kubernetes name of the node, to tell which endpoints are on it.
  --node-ip IP[,IP] The node's address in each family that is programmed.
  --out DIR         Writes one file for each tool and family there, and prints how they are loaded; without it, all of
                    them go to standard output.

apply     Brings this node's rules to what they should be for Services, writing only the difference. What stood before
          is kept, and a timer puts it back unless the change is confirmed.
  --mode MODE       The kube-proxy mode; without it the one that the node is in.
  --objects FILE    Services and EndpointSlices, as for read; - for standard input.

switch    The same for another mode. Connections go on.
  --to MODE         The mode.
  --objects FILE    The Services; without it those that were applied last.

undo      Puts back what stood before the last confirmed change.
clean-up  Removes what earlier modes and kube-proxies left behind; leftovers says what that is.
confirm   Keeps the last change, or CHANGE; only a process that began after the change can. rollback puts it back.
mark      Says that this node is a test node, whose rules may be changed; unmark takes that back.
state     Says how it stands with all this.

CHANGE OPTIONS
  --dry-run              Prints the plan, as a diff by Service, and changes nothing.
  --confirm-within S     Rolls back unless confirm is called within so many seconds; without it, a process of its own
                         confirms at once that the node still works.
  --drain-within S       Cuts connections of ipvs mode that still go on so many seconds after it was left; without it,
                         what carries them stays until they end.
  --yes                  Says for this call that the node is a test node.
  --take-over            Changes it though a kube-proxy runs.
  --set-prerequisites    Loads kernel modules and sets kernel settings that are needed; rolling back puts them back.
  --json                 Prints JSON. --state-folder DIR and --mark-file FILE replace /run/kube-service-rules and
                         /etc/kube-service-rules/test-node, in every command of these.

PROXY OPTIONS: what kube-proxy's configuration and its node would say. What is not said to apply and switch was
said the last time, is found on the node, or is kube-proxy's default.
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

Exit status: 0 when all went well; 1 when something failed or could not be read, and of changes, when nothing is changed
or everything is put back; 2 for a wrong command line; 3 when something could not be put back yet, which the timer goes
on trying.
`;
