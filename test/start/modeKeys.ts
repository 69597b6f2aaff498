import { once } from 'node:events';
import process from 'node:process';
import { loadCase, type ProxyMode } from '../vm/ruleFiles.ts';
import type { TestNode } from '../vm/testNode.ts';
import type { Progress } from './progress.ts';
import { caseFolder } from './workspace.ts';

/** The key that loads each mode's rules. */
export const modeKeys: ReadonlyMap<string, ProxyMode> = new Map([
  ['i', 'iptables'],
  ['p', 'ipvs'],
  ['n', 'nftables'],
]);

/** What Ctrl-C and Ctrl-D are when the terminal gives keys one by one. */
const endKeys: readonly string[] = ['q', '\u0003', '\u0004'];

/**
 * Takes away what the rules of any mode leave behind. The node is not reset, because that would cut the connections
 * that are looked at. Sets can only be destroyed when no rule names them.
 */
const removeRules =
  'nft flush ruleset && ipvsadm --clear && { ! ip link show kube-ipvs0 > /dev/null 2>&1 || ip link delete kube-ipvs0; } && ipset destroy';

/** Replaces the rules of the test node by those of a case in one mode. */
export async function loadMode(node: TestNode, caseName: string, mode: ProxyMode): Promise<void> {
  await node.run(['sh', '-c', removeRules]);
  await loadCase(node, caseFolder(caseName), mode);
}

/**
 * Listens to the keyboard: a mode's key loads its rules into the test node.
 * @returns a promise that resolves when the user asks for the end, and the function that stops listening
 */
export function listenToModeKeys(
  node: TestNode,
  caseName: string,
  progress: Progress,
): { readonly ended: Promise<void>; stop(): void } {
  const { stdin } = process;
  const end = new AbortController();
  const ended = once(end.signal, 'abort').then(() => undefined);
  let loading: Promise<void> = Promise.resolve();
  const load = (mode: ProxyMode) =>
    progress
      .step(`Loading the rules of ${mode} mode into the test node`, () => loadMode(node, caseName, mode))
      .then(
        () => progress.info('  Now choose "Refresh" in the tree.'),
        (error: unknown) => progress.info(String(error)),
      );
  const onData = (text: string) => {
    for (const key of stdin.isTTY ? text : text.split(/\s+/)) {
      const mode = modeKeys.get(key);
      if (mode !== undefined) {
        loading = loading.then(() => load(mode));
      } else if (endKeys.includes(key)) {
        end.abort();
      }
    }
  };
  if (stdin.isTTY) {
    stdin.setRawMode(true);
  }
  stdin.setEncoding('utf8').on('data', onData);
  return {
    ended,
    stop() {
      stdin.off('data', onData).pause();
      if (stdin.isTTY) {
        stdin.setRawMode(false);
      }
    },
  };
}
