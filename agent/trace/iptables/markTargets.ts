import type { RuleOption } from '../../ruleset/iptables/rule.ts';
import type { TracedPacket } from '../packet.ts';
import { type Action, goOn, type TargetReader } from './action.ts';
import { firstValue, optionNamed } from './condition.ts';
import { hasConnection } from './connectionMatches.ts';
import { type MaskedValue, parseMasked, parseUnsigned } from './values.ts';

/** How the kernel computes a mark: the bits of the mask are cleared, those of the value turned over. */
function changeMark(mark: number, { value, mask }: MaskedValue): number {
  return ((mark & ~mask) ^ value) >>> 0;
}

/** The one way in which the kernel keeps all options that set a mark (extensions/libxt_MARK.c and libxt_CONNMARK.c). */
function readChange({ name, values }: RuleOption): MaskedValue | undefined {
  const text = values[0]?.value ?? '';
  const bits = parseUnsigned(text);
  const masked = parseMasked(text);
  switch (name) {
    case '--set-xmark':
      return masked;
    case '--set-mark':
      return masked && { value: masked.value, mask: (masked.value | masked.mask) >>> 0 };
    case '--and-mark':
      return bits === undefined ? undefined : { value: 0, mask: ~bits >>> 0 };
    case '--or-mark':
      return bits === undefined ? undefined : { value: bits, mask: bits };
    case '--xor-mark':
      return bits === undefined ? undefined : { value: bits, mask: 0 };
    default:
      return undefined;
  }
}

function withMark(packet: TracedPacket, mark: number) {
  return goOn({ ...packet, mark }, { kind: 'set', field: 'mark', to: hexadecimal(mark) });
}

function withConnectionMark(packet: TracedPacket, mark: number) {
  const connection = { ...packet.connection, mark };
  return goOn({ ...packet, connection }, { kind: 'set', field: 'connection mark', to: hexadecimal(mark) });
}

function hexadecimal(mark: number): string {
  return `0x${mark.toString(16)}`;
}

/** net/netfilter/xt_mark.c */
const mark: TargetReader = ({ options }) => {
  const [option, ...more] = options;
  const change = option && more.length === 0 ? readChange(option) : undefined;
  return change && { decides: true, run: (packet) => withMark(packet, changeMark(packet.mark, change)) };
};

/** net/netfilter/xt_connmark.c; it does nothing to packets without a connection. */
const connectionMark: TargetReader = (target) => {
  const { options } = target;
  const [option] = options;
  const change = option && options.length === 1 ? readChange(option) : undefined;
  if (change !== undefined) {
    return ofConnections((packet) => withConnectionMark(packet, changeMark(packet.connection.mark, change)));
  }
  const mask = parseUnsigned(firstValue(optionNamed(target, '--mask')) ?? '0xffffffff');
  const connectionMask = parseUnsigned(firstValue(optionNamed(target, '--ctmask')) ?? String(mask));
  const packetMask = parseUnsigned(firstValue(optionNamed(target, '--nfmask')) ?? String(mask));
  const [mode, ...modes] = options.filter(({ name }) => !['--mask', '--ctmask', '--nfmask'].includes(name));
  if (connectionMask === undefined || packetMask === undefined || modes.length > 0) return undefined;
  if (mode?.name === '--save-mark') {
    return ofConnections((packet) => {
      const saved = { value: (packet.mark & packetMask) >>> 0, mask: connectionMask };
      return withConnectionMark(packet, changeMark(packet.connection.mark, saved));
    });
  }
  if (mode?.name === '--restore-mark') {
    return ofConnections((packet) => {
      const restored = { value: (packet.connection.mark & connectionMask) >>> 0, mask: packetMask };
      return withMark(packet, changeMark(packet.mark, restored));
    });
  }
  return undefined;
};

function ofConnections(change: (packet: TracedPacket) => ReturnType<typeof goOn>): Action {
  return {
    decides: true,
    run: (packet) => (hasConnection(packet) ? change(packet) : goOn(packet)),
  };
}

/** Targets that set marks. */
export const markTargets: Readonly<Record<string, TargetReader>> = { MARK: mark, CONNMARK: connectionMark };
