import {
  type DestinationChoice,
  type FromPacketPath,
  fromPacketPath,
  type PacketForm,
  type ServiceMode,
  type Tab,
  type ToPacketPath,
} from '../../webview/protocol/packetPath.ts';
import type { Disposable } from '../common/disposable.ts';
import type { Root, Session } from '../nodes/root.ts';
import { stateText } from '../tree/presentation/presentRoot.ts';
import { MigrationCheck } from './migrationCheck.ts';
import { formOf, packetRequestOf } from './packetForm.ts';
import type { PacketPathHost } from './packetPathHost.ts';
import { packetPathTexts } from './packetPathTexts.ts';
import { PathQuestions } from './pathQuestions.ts';
import { presentDestination, presentSource } from './presentChoices.ts';
import { presentComparison, presentCosts } from './presentComparison.ts';
import { Questions } from './questions.ts';
import { sensibleForm, withFittingSource } from './sensibleForm.ts';
import type { Request } from './traceTypes.ts';

/** Frontends in one answer to a search. */
const mostChoices = 50;

/** One view's conversation: asks the agent what the view wants to know, and answers in words. */
export class PacketPathSession implements Disposable {
  readonly #host: PacketPathHost;
  readonly #questions: Questions;
  readonly #path: PathQuestions;
  readonly #migration: MigrationCheck;
  #form: PacketForm | undefined;
  /** What commands filled in since the form was shown. */
  #filled: Partial<PacketForm> = {};
  #tab: Tab = 'path';
  /** An endpoint or verdict whose way is to be shown first. */
  #wanted: string | undefined;
  #isReady = false;
  /** Whether the page is there; while it is not, nothing can be asked. */
  #isShown = false;

  constructor(host: PacketPathHost) {
    this.#host = host;
    this.#questions = new Questions(host);
    this.#path = new PathQuestions(host, this.#questions);
    this.#migration = new MigrationCheck(host, this.#questions);
  }

  /** Fills the form and traces. @param wanted the endpoint, `ADDRESS:PORT`, whose way is shown first */
  async fill(change: Partial<PacketForm>, wanted?: string): Promise<void> {
    this.#filled = { ...this.#filled, ...change };
    this.#wanted = wanted;
    this.#tab = 'path';
    if (this.#isReady) await this.update();
  }

  /** Shows what another mode would change, and begins to look for it. */
  async checkMigration(to: ServiceMode): Promise<void> {
    this.#tab = 'migration';
    this.#migration.want(to);
    if (this.#isReady) await this.update();
  }

  /** Takes a message of the view, which may be anything. */
  receive(data: unknown): void {
    const message = fromPacketPath.safeParse(data);
    if (message.success) void this.#answer(message.data);
    else this.#host.log.warn('The packet path view sent a message that is not understood.');
  }

  /** Shows how the root stands now: after a new snapshot, or when it comes or goes. */
  async update(): Promise<void> {
    const { l10n } = this.#host;
    const root = this.#host.root();
    const { session } = root;
    if (session === undefined) {
      this.#host.post(nothingToAsk(root, l10n));
      this.#isShown = false;
      return;
    }
    if (!this.#isShown) {
      const text = l10n.t('Looking at the rules of {0}...', root.label);
      this.#host.post({ type: 'nothing', root: root.id, text, isBusy: true });
    }
    await this.#questions.ask(
      'search',
      undefined,
      (signal) => session.agent.traces.choices({ snapshot: session.snapshot, filter: '', limit: mostChoices }, signal),
      (choices) => {
        const known = this.#form ?? this.#host.memory.get(root.id) ?? sensibleForm(choices);
        const form = withFittingSource({ ...known, ...this.#filled }, choices.sources);
        this.#filled = {};
        const mode = serviceMode(root.snapshot?.mode);
        this.#host.post({
          type: 'page',
          root: root.id,
          title: root.label,
          texts: packetPathTexts(l10n),
          form,
          sources: choices.sources.map(presentSource),
          ...(mode === undefined ? {} : { mode }),
          tab: this.#tab,
        });
        this.#isShown = true;
        this.#form = form;
        if (form.destination !== '') void this.#follow(form);
        this.#migration.begin();
      },
    );
  }

  dispose(): void {
    this.#questions.dispose();
  }

  async #answer(message: FromPacketPath): Promise<void> {
    switch (message.type) {
      case 'ready':
        // What a command filled in counts more than what the page remembers.
        if (!this.#isReady) {
          this.#form ??= message.form;
          if (this.#tab === 'path') this.#tab = message.tab ?? 'path';
        }
        this.#isReady = true;
        this.#isShown = false;
        return this.update();
      case 'tab':
        this.#tab = message.tab;
        return;
      case 'trace':
        return this.#follow(message.form);
      case 'search':
        return this.#search(message.query);
      case 'steps':
        return this.#path.steps(message.outcome);
      case 'misses':
        return this.#path.misses(message);
      case 'whyNot':
        return this.#path.whyNot(message.expected);
      case 'compare':
        return this.#compare(message.form, message.modes);
      case 'costs':
        return this.#costs();
      case 'migrate':
        this.#migration.want(message.to);
        return this.#migration.begin();
      case 'cancelMigration':
        return this.#migration.cancel();
      case 'exportMigration':
        return this.#migration.export(message.format);
      case 'openMigrationRow':
        return this.#openRow(message.row);
      case 'open':
        return this.#host.openRule(message);
      case 'save':
        return this.#save(message);
      case 'run':
        return this.#host.run(message.command);
    }
  }

  /** Shows where the packet of a form goes, unless the form has mistakes. */
  async #follow(form: PacketForm): Promise<void> {
    const request = this.#check(form);
    const wanted = this.#wanted;
    this.#wanted = undefined;
    if (request === undefined) return;
    void this.#host.memory.set(this.#host.root().id, form);
    await this.#path.follow(form, request, wanted);
  }

  /** The packet of a form; where that has mistakes, the view is told instead. */
  #check(form: PacketForm): Request | undefined {
    this.#form = form;
    const checked = packetRequestOf(form, this.#host.l10n);
    this.#host.post({ type: 'formProblems', problems: 'problems' in checked ? [...checked.problems] : [] });
    return 'problems' in checked ? undefined : checked.request;
  }

  async #search(query: string): Promise<void> {
    const { l10n, numbers } = this.#host;
    const { session } = this.#host.root();
    if (session === undefined) return;
    await this.#questions.ask(
      'search',
      undefined,
      (signal) =>
        session.agent.traces.choices({ snapshot: session.snapshot, filter: query, limit: mostChoices }, signal),
      ({ destinations, total }) =>
        this.#host.post({
          type: 'destinations',
          query,
          choices: destinations.map((frontend): DestinationChoice => presentDestination(frontend, l10n)),
          status:
            total > destinations.length
              ? l10n.t(
                  '{0} of {1}: type more to see fewer',
                  numbers.integer(destinations.length),
                  numbers.integer(total),
                )
              : total === 0
                ? l10n.t('No frontend matches; any IP address can be entered.')
                : '',
        }),
    );
  }

  async #compare(form: PacketForm, modes: readonly ServiceMode[]): Promise<void> {
    const { l10n } = this.#host;
    const request = this.#check(form);
    const { session } = this.#host.root();
    if (request === undefined || session === undefined) return;
    await this.#questions.ask(
      'compare',
      l10n.t('Following the packet in {0} modes...', modes.length),
      async (signal) => {
        const rules = await this.#withObjects(session);
        return session.agent.traces.compare({ ...rules, request, modes: [...modes], stepsOf: [0] }, signal);
      },
      (result) => this.#host.post({ type: 'comparison', comparison: presentComparison(result, request, this.#host) }),
    );
  }

  async #costs(): Promise<void> {
    const { session } = this.#host.root();
    if (session === undefined) return;
    await this.#questions.ask(
      'costs',
      this.#host.l10n.t('Counting...'),
      async (signal) => session.agent.traces.costs(await this.#withObjects(session), signal),
      (costs) => this.#host.post({ type: 'costs', costs: presentCosts(costs, this.#host) }),
    );
  }

  async #withObjects({ snapshot }: Session): Promise<{ snapshot: string; objects?: string }> {
    const objects = await this.#host.root().objects();
    return { snapshot, ...(objects === undefined ? {} : { objects }) };
  }

  async #openRow(number: number): Promise<void> {
    const opened = this.#migration.row(number);
    if (opened === undefined) return;
    const form = formOf(opened.row.request, 'live');
    this.#form = form;
    this.#tab = 'compare';
    this.#host.post({ type: 'form', form });
    this.#host.post({ type: 'show', tab: 'compare' });
    await this.#compare(form, opened.modes);
  }

  async #save({ format, data }: Extract<FromPacketPath, { type: 'save' }>): Promise<void> {
    const content = format === 'svg' ? new TextEncoder().encode(data) : Buffer.from(data, 'base64');
    await this.#host.save(`packet-path.${format}`, content);
  }
}

/** What there is instead of the page: connecting and reading pass, otherwise the user can connect. */
function nothingToAsk(root: Root, l10n: PacketPathHost['l10n']): Extract<ToPacketPath, { type: 'nothing' }> {
  const nothing = { type: 'nothing', root: root.id } as const;
  switch (root.state.kind) {
    case 'connecting':
    case 'reconnecting':
    case 'reading':
      return { ...nothing, text: `${root.label}: ${stateText(root.state, l10n)}`, isBusy: true };
    default: {
      const text = l10n.t('{0} is not connected.', root.label);
      const command = root.kind === 'node' ? 'connect' : 'refresh';
      return {
        ...nothing,
        text,
        action: { command, label: command === 'connect' ? l10n.t('Connect') : l10n.t('Refresh') },
      };
    }
  }
}

function serviceMode(mode: string | undefined): ServiceMode | undefined {
  return mode === 'iptables' || mode === 'ipvs' || mode === 'nftables' ? mode : undefined;
}
