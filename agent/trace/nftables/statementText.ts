import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import { elementText, expressionText, verdictText } from './expressionText.ts';

/** A statement as `nft list ruleset` writes it, for documents that hold it as JSON. */
export function statementText(statement: NftStatement): string {
  switch (statement.kind) {
    case 'match':
      return matchText(statement);
    case 'verdict':
      return verdictText(statement.verdict);
    case 'verdictMap':
      return `${expressionText(statement.key)} vmap ${expressionText(statement.data)}`;
    case 'nat':
      return natText(statement);
    case 'reject':
      return statement.type === undefined ? 'reject' : ['reject with', statement.type, statement.code].join(' ').trim();
    case 'mangle':
      return `${expressionText(statement.key)} set ${expressionText(statement.value)}`;
    case 'counter':
      if (statement.name !== undefined) return `counter name "${statement.name}"`;
      return `counter packets ${statement.packets ?? 0} bytes ${statement.bytes ?? 0}`;
    case 'setUpdate':
      return `${statement.operation} @${statement.set} { ${elementText(statement.element)} }`;
    case 'objectReference':
      return `${statement.object} ${statement.object.startsWith('ct ') ? 'set' : 'name'} "${statement.name}"`;
    case 'limit':
      return `limit rate ${over(statement.over)}${statement.rate}${unitText(statement.unit)}/${statement.per}`;
    case 'log':
      return statement.prefix === undefined ? 'log' : `log prefix "${statement.prefix}"`;
    case 'queue':
      return statement.number ? `queue to ${expressionText(statement.number)}` : 'queue';
    case 'tproxy':
      return `tproxy to ${destinationText(statement)}`;
    case 'quota':
      return `quota ${over(statement.over)}${statement.amount} ${statement.unit}`;
    case 'ctCount':
      return `ct count ${over(statement.over)}${statement.count}`;
    case 'flowOffload':
      return `flow add @${statement.flowtable}`;
    case 'duplicate':
    case 'forward': {
      const target = statement.address ?? statement.device;
      return `${statement.kind === 'duplicate' ? 'dup' : 'fwd'} to ${target ? expressionText(target) : ''}`;
    }
    case 'notrack':
      return 'notrack';
    case 'xtables':
      return `xt ${statement.type} "${statement.name}"`;
    case 'unknown':
      return statement.source;
  }
}

function matchText({ left, operator, right }: Extract<NftStatement, { kind: 'match' }>): string {
  const isPlain = operator === 'in' || (operator === '==' && left.kind !== 'binary');
  return `${expressionText(left)} ${isPlain ? '' : `${operator} `}${expressionText(right)}`;
}

function natText(statement: Extract<NftStatement, { kind: 'nat' }>): string {
  const to = statement.address || statement.port ? ` to ${destinationText(statement)}` : '';
  const family = statement.family === undefined ? '' : ` ${statement.family}`;
  const flags = statement.flags.length === 0 ? '' : ` ${statement.flags.join(',')}`;
  return `${statement.type}${family}${to}${flags}`;
}

function destinationText({ address, port }: Pick<Extract<NftStatement, { kind: 'nat' }>, 'address' | 'port'>): string {
  return `${address ? expressionText(address) : ''}${port ? `:${expressionText(port)}` : ''}`;
}

function over(isOver: boolean): string {
  return isOver ? 'over ' : '';
}

function unitText(unit: string): string {
  return unit === 'packets' ? '' : ` ${unit}`;
}
