import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The tools that write rules. */
const names = [
  'nft',
  'iptables-restore',
  'iptables-nft-restore',
  'iptables-legacy-restore',
  'ip6tables-restore',
  'ip6tables-nft-restore',
  'ip6tables-legacy-restore',
  'ipset',
];

/** Where in the run of a tool something happens. */
export type InterceptedPoint =
  /** Before it has done anything. */
  | 'before'
  /** When it has done its work, and nobody knows yet. */
  | 'after'
  /** After it was killed while it read: it has got the first half of its input. */
  | 'half';

/**
 * Stands between the agent and the tools that write rules: stops at one of their runs, tells that, and goes on when it
 * is told to.
 */
export class InterceptedTools implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'kube-service-rules-tools-'));

  constructor() {
    for (const name of names) {
      const path = join(this.folder, name);
      writeFileSync(path, this.#script(name));
      chmodSync(path, 0o755);
    }
  }

  /** The tool reads from a pipe that ends when the agent dies, so its input is kept in a file before anything is done. */
  #script(name: string): string {
    const { folder } = this;
    return `#!/bin/sh
      PATH=\${PATH#*${folder}:}
      case "$*" in *list*|save*|*--version*) exec ${name} "$@";; esac
      count=$(($(cat ${folder}/count 2> /dev/null || echo 0) + 1))
      echo $count > ${folder}/count
      [ "$(cat ${folder}/armed 2> /dev/null)" = $count ] || exec ${name} "$@"
      point=$(cat ${folder}/point)
      rm ${folder}/armed
      input=${folder}/input.$$
      cat > $input
      case $point in
        half) head -c $(($(wc -c < $input) / 2)) $input | ${name} "$@" > /dev/null 2>&1;;
        after) ${name} "$@" < $input; status=$?;;
      esac
      echo $$ > ${folder}/reached.new
      mv ${folder}/reached.new ${folder}/reached
      until [ -e ${folder}/go ]; do sleep 0.02; done
      case $point in
        before) exec ${name} "$@" < $input;;
        half) kill -9 $$;;
        after) exit $status;;
      esac
    `;
  }

  /** Stops at the run with that number, counted from 1. */
  arm(run: number, point: InterceptedPoint): void {
    for (const name of ['count', 'go', 'reached']) rmSync(join(this.folder, name), { force: true });
    writeFileSync(join(this.folder, 'point'), point);
    writeFileSync(join(this.folder, 'armed'), String(run));
  }

  /** Stops no more. */
  disarm(): void {
    rmSync(join(this.folder, 'armed'), { force: true });
    this.go();
  }

  /** Waits until a tool is at the armed point; false when `over` says that none will be. */
  async reached(over: () => boolean): Promise<boolean> {
    while (!existsSync(join(this.folder, 'reached'))) {
      if (over()) return false;
      await delay(10);
    }
    return true;
  }

  /** Waits until the tool that had stopped has ended. */
  async ended(): Promise<void> {
    const pid = readFileSync(join(this.folder, 'reached'), 'utf8').trim();
    while (existsSync(`/proc/${pid}`)) await delay(10);
  }

  /** Lets the tool that has stopped go on. */
  go(): void {
    writeFileSync(join(this.folder, 'go'), '');
  }

  [Symbol.dispose](): void {
    this.go();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
