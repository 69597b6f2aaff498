/** What `--help` prints. */
export const helpText = `Reads the Service rules of a Kubernetes node. Nothing on the node is changed.

Usage:
  agent.js read [--mode auto|iptables|ipvs|nftables] [--from PATH...] [--objects FILE] [--node NAME]
                [--json | --tree | --schema]
  agent.js parse FILE [--language iptables|ipset|ipvsadm|nft] --print | --json
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

serve     Speaks JSON-RPC on standard input and output, for the extension.

Exit status: 0 when all went well, 1 when something failed or could not be read, 2 for a wrong command line.
`;
