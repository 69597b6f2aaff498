import type { ExtensionSpecs } from './optionSpec.ts';
import { flag, flagOrNot, flags, value, valueOrNot, valueOrNots } from './optionSpec.ts';

/** Matches on what connection tracking, IPVS and sockets know of a packet's connection. */
export const connectionMatches: ExtensionSpecs = {
  conntrack: {
    options: {
      '--ctstate': valueOrNot,
      '--ctproto': valueOrNot,
      '--ctorigsrc': valueOrNot,
      '--ctorigdst': valueOrNot,
      '--ctreplsrc': valueOrNot,
      '--ctrepldst': valueOrNot,
      '--ctstatus': valueOrNot,
      '--ctexpire': valueOrNot,
      '--ctorigsrcport': valueOrNot,
      '--ctorigdstport': valueOrNot,
      '--ctreplsrcport': valueOrNot,
      '--ctrepldstport': valueOrNot,
      '--ctdir': value,
    },
  },
  state: { options: { '--state': valueOrNot } },
  connbytes: { options: { '--connbytes': valueOrNot, '--connbytes-dir': value, '--connbytes-mode': value } },
  connlabel: { options: { '--label': valueOrNot, '--set': flag } },
  connlimit: {
    options: {
      '--connlimit-upto': valueOrNot,
      '--connlimit-above': valueOrNot,
      '--connlimit-mask': value,
      '--connlimit-saddr': flag,
      '--connlimit-daddr': flag,
    },
  },
  connmark: { options: { '--mark': valueOrNot } },
  helper: { options: { '--helper': valueOrNot } },
  ipvs: {
    options: {
      '--ipvs': flagOrNot,
      '--vproto': valueOrNot,
      '--vaddr': valueOrNot,
      '--vport': valueOrNot,
      '--vdir': value,
      '--vmethod': valueOrNot,
      '--vportctl': valueOrNot,
    },
  },
  socket: { options: { '--transparent': flag, '--nowildcard': flag, '--restore-skmark': flag } },
  owner: {
    options: {
      '--uid-owner': valueOrNot,
      '--gid-owner': valueOrNot,
      '--pid-owner': valueOrNot,
      '--sid-owner': valueOrNot,
      '--cmd-owner': valueOrNot,
      '--socket-exists': flagOrNot,
      '--suppl-groups': flag,
    },
  },
  cgroup: { options: { '--cgroup': valueOrNot, '--path': valueOrNot } },
  cluster: {
    options: {
      '--cluster-total-nodes': value,
      '--cluster-local-node': valueOrNot,
      '--cluster-local-nodemask': valueOrNot,
      '--cluster-hash-seed': value,
    },
  },
  osf: { options: { '--genre': valueOrNot, '--ttl': value, '--log': value } },
  policy: {
    options: {
      '--dir': value,
      '--pol': value,
      '--strict': flag,
      '--reqid': valueOrNots,
      '--spi': valueOrNots,
      '--tunnel-src': valueOrNots,
      '--tunnel-dst': valueOrNots,
      '--proto': valueOrNots,
      '--mode': valueOrNots,
      '--next': flags,
    },
  },
};
