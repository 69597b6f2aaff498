import type { MigrationRow } from '../../agent/protocol/traceMessages.ts';
import type { ServiceMode } from '../../webview/protocol/packetPath.ts';
import type { PacketPathHost } from './packetPathHost.ts';
import { type MigrationResult, presentMigration } from './presentMigration.ts';
import type { Questions } from './questions.ts';

/** The check of what another mode would change: one at a time, and what the last one found. */
export class MigrationCheck {
  readonly #host: PacketPathHost;
  readonly #questions: Questions;
  #wanted: ServiceMode | undefined;
  #found: MigrationResult | undefined;

  constructor(host: PacketPathHost, questions: Questions) {
    this.#host = host;
    this.#questions = questions;
  }

  /** The next {@link begin} is to check against this mode. */
  want(to: ServiceMode): void {
    this.#wanted = to;
  }

  /** Begins what is wanted; otherwise shows again what was found last. */
  async begin(): Promise<void> {
    const { l10n, numbers } = this.#host;
    const to = this.#wanted;
    const root = this.#host.root();
    const { session } = root;
    if (to === undefined || session === undefined) {
      if (this.#found !== undefined) this.#tell(this.#found);
      return;
    }
    this.#wanted = undefined;
    await this.#questions.ask(
      'migration',
      l10n.t('Trying packets in both modes...'),
      async (signal) => {
        const objects = await root.objects();
        return session.agent.traces.migration(
          { snapshot: session.snapshot, to, ...(objects === undefined ? {} : { objects }) },
          {
            signal,
            onProgress: ({ done, total }) => {
              if (signal.aborted || total === 0) return;
              const text = l10n.t('{0} of {1} packets', numbers.integer(done), numbers.integer(total));
              this.#host.post({ type: 'migrationProgress', text, done: Math.min(1, done / total) });
            },
          },
        );
      },
      (found) => {
        this.#found = found;
        this.#tell(found);
      },
    );
  }

  cancel(): void {
    this.#questions.cancel('migration');
    this.#host.post({ type: 'failed', concern: 'migration', text: this.#host.l10n.t('The check was cancelled.') });
  }

  /** A row of what was found, and the modes that it compares. */
  row(number: number): { readonly row: MigrationRow; readonly modes: readonly ServiceMode[] } | undefined {
    const row = this.#found?.rows[number];
    return row === undefined || this.#found === undefined
      ? undefined
      : { row, modes: [this.#found.from, this.#found.to] };
  }

  async export(format: 'markdown' | 'json'): Promise<void> {
    if (this.#found === undefined) return;
    const { markdown, ...facts } = this.#found;
    await this.#host.showText(format === 'markdown' ? markdown : `${JSON.stringify(facts, null, 2)}\n`, format);
  }

  #tell(found: MigrationResult): void {
    this.#host.post({ type: 'migration', migration: presentMigration(found, this.#host) });
  }
}
