import type { ExtensionSpecs } from './optionSpec.ts';
import { flag, value } from './optionSpec.ts';

/** Targets that set marks or change fields of a packet. */
export const packetTargets: ExtensionSpecs = {
  MARK: {
    options: {
      '--set-mark': value,
      '--and-mark': value,
      '--or-mark': value,
      '--set-xmark': value,
      '--xor-mark': value,
    },
  },
  CONNMARK: {
    options: {
      '--set-mark': value,
      '--save-mark': flag,
      '--restore-mark': flag,
      '--mask': value,
      '--set-xmark': value,
      '--and-mark': value,
      '--or-mark': value,
      '--xor-mark': value,
      '--ctmask': value,
      '--nfmask': value,
      '--left-shift-mark': value,
      '--right-shift-mark': value,
    },
  },
  CLASSIFY: { options: { '--set-class': value } },
  HMARK: {
    options: {
      '--hmark-tuple': value,
      '--hmark-src-prefix': value,
      '--hmark-dst-prefix': value,
      '--hmark-sport-mask': value,
      '--hmark-dport-mask': value,
      '--hmark-spi-mask': value,
      '--hmark-sport': value,
      '--hmark-dport': value,
      '--hmark-spi': value,
      '--hmark-proto-mask': value,
      '--hmark-rnd': value,
      '--hmark-mod': value,
      '--hmark-offset': value,
    },
  },
  SECMARK: { options: { '--selctx': value } },
  CONNSECMARK: { options: { '--save': flag, '--restore': flag } },
  DSCP: { options: { '--set-dscp': value, '--set-dscp-class': value } },
  TOS: { options: { '--set-tos': value, '--and-tos': value, '--or-tos': value, '--xor-tos': value } },
  TCPMSS: { options: { '--set-mss': value, '--clamp-mss-to-pmtu': flag } },
  TCPOPTSTRIP: { options: { '--strip-options': value } },
  CHECKSUM: { options: { '--checksum-fill': flag } },
  ECN: {
    family: 'ipv4',
    options: { '--ecn-tcp-remove': flag, '--ecn-tcp-cwr': value, '--ecn-tcp-ece': value, '--ecn-ip-ect': value },
  },
  TTL: { family: 'ipv4', options: { '--ttl-set': value, '--ttl-dec': value, '--ttl-inc': value } },
  HL: { family: 'ipv6', options: { '--hl-set': value, '--hl-dec': value, '--hl-inc': value } },
};
