import type { ExtensionSpecs } from './optionSpec.ts';
import { flag, pair, value } from './optionSpec.ts';

/** Targets that refuse, report, count or hand over a packet, or steer its tracking. */
export const actionTargets: ExtensionSpecs = {
  REJECT: { options: { '--reject-with': value } },
  LOG: {
    options: {
      '--log-level': value,
      '--log-prefix': value,
      '--log-tcp-sequence': flag,
      '--log-tcp-options': flag,
      '--log-ip-options': flag,
      '--log-uid': flag,
      '--log-macdecode': flag,
    },
  },
  NFLOG: {
    options: {
      '--nflog-group': value,
      '--nflog-prefix': value,
      '--nflog-range': value,
      '--nflog-size': value,
      '--nflog-threshold': value,
    },
  },
  ULOG: {
    family: 'ipv4',
    options: { '--ulog-nlgroup': value, '--ulog-prefix': value, '--ulog-cprange': value, '--ulog-qthreshold': value },
  },
  AUDIT: { options: { '--type': value } },
  TRACE: { options: {} },
  NFQUEUE: {
    options: { '--queue-num': value, '--queue-balance': value, '--queue-bypass': flag, '--queue-cpu-fanout': flag },
  },
  CT: {
    options: {
      '--notrack': flag,
      '--helper': value,
      '--ctevents': value,
      '--expevents': value,
      '--zone-orig': value,
      '--zone-reply': value,
      '--zone': value,
      '--timeout': value,
    },
  },
  NOTRACK: { options: {} },
  SET: {
    options: {
      '--add-set': pair,
      '--del-set': pair,
      '--exist': flag,
      '--timeout': value,
      '--map-set': pair,
      '--map-mark': flag,
      '--map-prio': flag,
      '--map-queue': flag,
    },
  },
  RATEEST: { options: { '--rateest-name': value, '--rateest-interval': value, '--rateest-ewmalog': value } },
  IDLETIMER: { options: { '--timeout': value, '--label': value, '--alarm': flag } },
  LED: { options: { '--led-trigger-id': value, '--led-delay': value, '--led-always-blink': flag } },
};
