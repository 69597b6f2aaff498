import { formatAddress } from '../../agent/model/address.ts';
import type { TreeElement, TreeElementOf } from '../../agent/protocol/treeElement.ts';
import type { PathEdge, PathGraph, PathNode } from '../../webview/protocol/servicePath.ts';
import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';
import { accessibleText, presentElement } from '../tree/presentation/presentElement.ts';
import type { WalkedElement } from './walkService.ts';

/**
 * The ways of new connections through a Service's rules. What leads where is read from the rules: a frontend's rule
 * names its chain, a map's verdict does, an ipvs virtual server has its address. A way that the rules do not say is
 * not drawn.
 */
export function pathGraph(root: WalkedElement, context: PresentationContext): PathGraph {
  const builder = new GraphBuilder(context);
  const ports = root.element.kind === 'service' ? root.children : [root];
  for (const port of ports) builder.addPort(port);
  return { title: titleOf(root.element, context), nodes: [...builder.nodes.values()], edges: builder.edges };
}

function titleOf(element: TreeElement, context: PresentationContext): string {
  return presentElement(element, context).name;
}

class GraphBuilder {
  readonly nodes = new Map<string, PathNode>();
  readonly edges: PathEdge[] = [];
  readonly #context: PresentationContext;

  constructor(context: PresentationContext) {
    this.#context = context;
  }

  addPort(port: WalkedElement): void {
    const chains = new Map<string, string>();
    const virtualServers: { readonly id: string; readonly element: TreeElementOf<'virtualServer'> }[] = [];
    const maps: { readonly id: string; readonly element: TreeElementOf<'mapElement'> }[] = [];
    const direct: WalkedElement[] = [];
    for (const child of port.children) {
      const { element } = child;
      if (element.kind === 'chain') this.#addChain(child, element, chains);
      else if (element.kind === 'virtualServer') virtualServers.push({ id: this.#addVirtualServer(child), element });
      else if (element.kind === 'mapElement') maps.push({ id: this.#add(element, 'map', element.id), element });
      else if (element.kind === 'endpoint') direct.push(child);
    }
    for (const { id, element } of maps) this.#addVerdict(id, element.verdict, chains);
    for (const child of port.children) {
      if (child.element.kind !== 'frontend') continue;
      const frontend = child.element;
      const id = this.#add(frontend, 'frontend', frontend.id);
      const servers = virtualServers.filter(({ element }) => isServedBy(frontend, element));
      const matching = maps.filter(({ element }) => matchesKey(frontend, element.key));
      for (const { id: target } of [...servers, ...matching]) this.#connect(id, target);
      if (servers.length > 0 || matching.length > 0) continue;
      if (!this.#addVerdict(id, child.rule ?? '', chains) && frontend.verdict !== 'endpoints') {
        this.#connect(id, this.#verdictNode(frontend.verdict));
      }
      for (const endpoint of direct) this.#addEndpoint(id, endpoint.element, false);
    }
  }

  /** Adds a chain and what it leads to; `chains` learns its id by its name. Returns the id. */
  #addChain(walked: WalkedElement, chain: TreeElementOf<'chain'>, chains: Map<string, string>): string {
    const id = `chain ${chain.family} ${chain.table} ${chain.name}`;
    chains.set(chain.name, id);
    if (this.nodes.has(id)) return id;
    this.#add(chain, 'chain', id);
    for (const child of walked.children) {
      if (child.element.kind === 'chain') this.#connect(id, this.#addChain(child, child.element, chains));
      else this.#addEndpoint(id, child.element, chain.role === 'local');
    }
    return id;
  }

  #addVirtualServer(walked: WalkedElement): string {
    const id = this.#add(walked.element, 'virtualServer', walked.element.id);
    for (const { element } of walked.children) this.#addEndpoint(id, element, false);
    return id;
  }

  #addEndpoint(from: string, element: TreeElement, local: boolean): void {
    if (element.kind !== 'endpoint') return;
    const id = `endpoint ${formatAddress(element.ip, element.port)}`;
    const share = local ? (element.localShare ?? element.share) : element.share;
    const { l10n, numbers } = this.#context;
    if (!this.nodes.has(id)) {
      const detail = element.local === true ? l10n.t('on this node') : '';
      const label = formatAddress(element.ip, element.port);
      this.nodes.set(id, {
        id,
        kind: 'endpoint',
        label,
        detail,
        spoken: [l10n.t('Endpoint'), label, detail].filter((part) => part !== '').join(', '),
        element: element.id,
        ...(share === 0 ? { tone: 'warning' } : {}),
      });
    }
    this.edges.push({ from, to: id, share, text: numbers.percent(share) });
  }

  /** Connects a node with the chain or the end that a verdict or a rule names; whether it names one. */
  #addVerdict(from: string, text: string, chains: ReadonlyMap<string, string>): boolean {
    const words = text.split(/[\s"{}:,]+/);
    const chain = words.map((word) => chains.get(word)).findLast((id) => id !== undefined);
    const end = words.find((word) => /^(drop|reject)$/i.test(word));
    const target = chain ?? (end === undefined ? undefined : this.#verdictNode(/drop/i.test(end) ? 'drop' : 'reject'));
    if (target === undefined) return false;
    this.#connect(from, target);
    return true;
  }

  #verdictNode(verdict: 'drop' | 'reject'): string {
    const { l10n } = this.#context;
    const id = `verdict ${verdict}`;
    const label = verdict === 'drop' ? l10n.t('dropped') : l10n.t('rejected');
    this.nodes.set(id, { id, kind: 'verdict', label, detail: '', spoken: label, tone: 'error' });
    return id;
  }

  #add(element: TreeElement, kind: PathNode['kind'], id: string): string {
    const shown = presentElement(element, this.#context);
    const tone = element.severity === 'error' || element.severity === 'warning' ? element.severity : undefined;
    this.nodes.set(id, {
      id,
      kind,
      label: shown.label,
      detail: shown.description,
      spoken: accessibleText(element, shown, this.#context),
      element: element.id,
      ...(tone === undefined ? {} : { tone }),
    });
    return id;
  }

  #connect(from: string, to: string): void {
    if (!this.edges.some((edge) => edge.from === from && edge.to === to)) this.edges.push({ from, to });
  }
}

function isServedBy(frontend: TreeElementOf<'frontend'>, server: TreeElementOf<'virtualServer'>): boolean {
  if (frontend.port !== server.port || frontend.protocol !== server.protocol) return false;
  return frontend.ip === undefined || frontend.ip === server.ip;
}

/** Whether a key of a map (`10.96.0.10 . tcp . 80`, or `tcp . 30080` for node ports) is that of a frontend. */
function matchesKey(frontend: TreeElementOf<'frontend'>, key: string): boolean {
  const parts = key.split(/\s+\.\s+/).map((part) => part.trim());
  if (!parts.includes(String(frontend.port)) || !parts.includes(frontend.protocol)) return false;
  return frontend.ip === undefined ? parts.length === 2 : parts.includes(frontend.ip);
}
