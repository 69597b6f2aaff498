import type { ExtensionSpecs } from './optionSpec.ts';
import { flag, value } from './optionSpec.ts';

/** Targets that change where a packet comes from or goes to. */
export const addressTargets: ExtensionSpecs = {
  DNAT: { options: { '--random': flag, '--random-fully': flag, '--persistent': flag, '--to-destination': value } },
  SNAT: { options: { '--to-source': value, '--random': flag, '--random-fully': flag, '--persistent': flag } },
  MASQUERADE: { options: { '--random': flag, '--random-fully': flag, '--to-ports': value } },
  REDIRECT: { options: { '--random': flag, '--random-fully': flag, '--to-ports': value } },
  NETMAP: { options: { '--to': value } },
  DNPT: { family: 'ipv6', options: { '--src-pfx': value, '--dst-pfx': value } },
  SNPT: { family: 'ipv6', options: { '--src-pfx': value, '--dst-pfx': value } },
  TPROXY: { options: { '--on-port': value, '--on-ip': value, '--tproxy-mark': value } },
  TEE: { options: { '--gateway': value, '--oif': value } },
  CLUSTERIP: {
    family: 'ipv4',
    options: {
      '--new': flag,
      '--hashmode': value,
      '--clustermac': value,
      '--total-nodes': value,
      '--local-node': value,
      '--hash-init': value,
    },
  },
  SYNPROXY: { options: { '--sack-perm': flag, '--timestamp': flag, '--wscale': value, '--mss': value, '--ecn': flag } },
};
