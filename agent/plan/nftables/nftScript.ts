import type { IpFamily } from '../../model/address.ts';
import type { NftablesChain, NftablesSet } from '../../model/serviceRules.ts';

/** Collects commands of one transaction for `nft -f`. */
export class NftScript {
  readonly #table: string;
  readonly #lines: string[] = [];

  constructor(family: IpFamily) {
    this.#table = `${family === 'ipv4' ? 'ip' : 'ip6'} kube-proxy`;
  }

  get text(): string {
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n`;
  }

  addTable(comment: string | undefined): void {
    this.#lines.push(`add table ${this.#table}${block(commentStatement(comment))}`);
  }

  deleteTable(): void {
    this.#lines.push(`delete table ${this.#table}`);
  }

  addSet(name: string, { kind, type, flags, timeout, comment }: NftablesSet): void {
    const properties = [
      `type ${type};`,
      flags.length === 0 ? '' : ` flags ${flags.join(',')};`,
      timeout === undefined ? '' : ` timeout ${timeout};`,
      comment === undefined ? '' : ` ${commentStatement(comment)}`,
    ];
    this.#lines.push(`add ${kind} ${this.#table} ${name}${block(properties.join(''))}`);
  }

  deleteSet(name: string, { kind }: NftablesSet): void {
    this.#lines.push(`delete ${kind} ${this.#table} ${name}`);
  }

  addChain(name: string, { hook = '', comment }: NftablesChain): void {
    const separator = hook !== '' && comment !== undefined ? ' ' : '';
    this.#lines.push(`add chain ${this.#table} ${name}${block(hook + separator + commentStatement(comment))}`);
  }

  flushChain(name: string): void {
    this.#lines.push(`flush chain ${this.#table} ${name}`);
  }

  deleteChain(name: string): void {
    this.#lines.push(`delete chain ${this.#table} ${name}`);
  }

  addRules(chain: string, { rules }: NftablesChain): void {
    for (const rule of rules) this.#lines.push(`add rule ${this.#table} ${chain} ${writtenRule(rule)}`);
  }

  addElements(name: string, set: NftablesSet, keys: readonly string[]): void {
    this.#elements(
      'add',
      name,
      keys.map((key) => elementText(set, key)),
    );
  }

  deleteElements(name: string, keys: readonly string[]): void {
    this.#elements('delete', name, keys);
  }

  #elements(verb: 'add' | 'delete', name: string, elements: readonly string[]): void {
    if (elements.length === 0) return;
    const list = elements.length === 1 ? ` ${elements.join('')} ` : `\n\t${elements.join(',\n\t')}\n`;
    this.#lines.push(`${verb} element ${this.#table} ${name} {${list}}`);
  }
}

function block(inside: string): string {
  return inside === '' ? '' : ` { ${inside} }`;
}

function commentStatement(comment: string | undefined): string {
  return comment === undefined ? '' : `comment "${comment}";`;
}

/** `10.96.0.2 . tcp . 80 comment "shop/web" : drop` */
export function elementText({ elements, elementComments }: NftablesSet, key: string): string {
  const comment = elementComments.get(key);
  const value = elements.get(key) ?? '';
  return `${key}${comment === undefined ? '' : ` comment "${comment}"`}${value === '' ? '' : ` : ${value}`}`;
}

const listedBalancing = /^(meta l4proto \w+ dnat ip6?) to numgen /;

/** nft lists the choice of an address and a port with fewer words than its documentation has it written. */
function writtenRule(rule: string): string {
  return rule.replace(listedBalancing, '$1 addr . port to numgen ');
}
