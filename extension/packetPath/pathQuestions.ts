import type { TraceDestination } from '../../agent/protocol/traceMessages.ts';
import type { FromPacketPath, PacketForm } from '../../webview/protocol/packetPath.ts';
import type { TracePacketParams } from '../agentClient/traceClient.ts';
import type { Session } from '../nodes/root.ts';
import type { PacketPathHost } from './packetPathHost.ts';
import { presentPath, presentTrace } from './presentTrace.ts';
import { presentWhyNot } from './presentWhyNot.ts';
import type { Questions } from './questions.ts';
import { sourceKind } from './sourceWords.ts';
import type { Request, Trace } from './traceTypes.ts';
import { withoutCounters } from './withoutCounters.ts';

/** Frontends that a form's destination is looked for among. */
const mostChoices = 50;
/** Rules that were tried, in one answer. */
const missPage = 100;

type AskedRules = Omit<TracePacketParams, 'request' | 'stepsOf'>;

/** The packet that the view shows, and where it went. */
interface Traced {
  readonly session: Session;
  readonly request: Request;
  readonly rules: AskedRules;
  readonly trace: Trace;
}

/** Asks for the way of the packet that the view shows, and for what there is to know about it. */
export class PathQuestions {
  readonly #host: PacketPathHost;
  readonly #questions: Questions;
  #traced: Traced | undefined;
  /** Where the way ends that the view shows. */
  #shown: string | undefined;

  constructor(host: PacketPathHost, questions: Questions) {
    this.#host = host;
    this.#questions = questions;
  }

  /** Shows where a packet goes. @param wanted the endpoint, `ADDRESS:PORT`, whose way is shown first */
  async follow(form: PacketForm, request: Request, wanted: string | undefined): Promise<void> {
    const { l10n } = this.#host;
    const root = this.#host.root();
    const { session } = root;
    if (session === undefined) return;
    await this.#questions.ask(
      'path',
      l10n.t('Following the packet...'),
      async (signal) => {
        const rules = await this.#rulesOf(session, form.rules);
        const { traces } = session.agent;
        const [{ mode, trace }, frontend] = await Promise.all([
          traces.packet({ ...rules, request, stepsOf: [0] }, signal),
          this.#frontend(session, form, signal),
        ]);
        return { rules, mode, trace, frontend };
      },
      ({ rules, mode, trace, frontend }) => {
        // After a refresh the same way is shown as before.
        const isSame = JSON.stringify(request) === JSON.stringify(this.#traced?.request);
        const end = wanted ?? (isSame ? this.#shown : undefined);
        this.#traced = { session, request, rules, trace };
        const found = end === undefined ? -1 : trace.outcomes.findIndex(({ destination }) => destination === end);
        const outcome = Math.max(0, found);
        const view = presentTrace(
          trace,
          {
            rules:
              form.rules === 'live'
                ? l10n.t('the rules of {0} ({1})', root.label, mode)
                : l10n.t('rules of {0} mode for the Services of {1}', mode, root.label),
            isFromNode: request.from.kind === 'node',
            source: { kind: sourceKind(request.from, l10n), address: request.from.ip ?? '' },
            endpoints: frontend?.endpoints ?? [],
          },
          this.#host,
        );
        this.#host.post({ type: 'trace', view, outcome });
        void this.steps(outcome);
      },
    );
  }

  /** The frontend that a form's destination is, if it is one. */
  async #frontend(session: Session, form: PacketForm, signal: AbortSignal): Promise<TraceDestination | undefined> {
    const filter = `${form.destination} ${form.port}`.trim();
    const choices = { snapshot: session.snapshot, filter, limit: mostChoices };
    const { destinations } = await session.agent.traces.choices(choices, signal);
    return destinations.find(
      ({ ip, port, protocol }) => ip === form.destination && String(port) === form.port && protocol === form.protocol,
    );
  }

  /** Shows the steps of one way. */
  async steps(number: number): Promise<void> {
    const traced = this.#traced;
    if (traced === undefined) return;
    const { session, request, rules, trace } = traced;
    const isFromNode = request.from.kind === 'node';
    const known = trace.outcomes[number];
    if (known === undefined) return;
    this.#shown = known.destination;
    await this.#questions.ask(
      'steps',
      undefined,
      async (signal) => {
        if (known.steps.length > 0) return known;
        const asked = await session.agent.traces.packet({ ...rules, request, stepsOf: [number] }, signal);
        return asked.trace.outcomes[number] ?? known;
      },
      (outcome) => this.#host.post({ type: 'path', path: presentPath(outcome, number, isFromNode, this.#host) }),
    );
  }

  /** Shows a page of the rules that were tried before a step. */
  async misses(message: Extract<FromPacketPath, { type: 'misses' }>): Promise<void> {
    const { l10n, numbers } = this.#host;
    const traced = this.#traced;
    if (traced === undefined) return;
    const { session, request, rules } = traced;
    const { outcome, step, offset } = message;
    const params = { ...rules, request, outcome, step, offset, limit: missPage };
    await this.#questions.ask(
      'misses',
      undefined,
      (signal) => session.agent.traces.misses(params, signal),
      ({ total, misses }) => {
        const left = total - offset - misses.length;
        const lines = misses.map(({ position, rule, condition, location }) => ({
          position: numbers.integer(position + 1),
          rule: withoutCounters(rule),
          condition,
          ...(location === undefined ? {} : { rulePlace: { part: location.part, line: location.line } }),
        }));
        const more = left > 0 && misses.length > 0 ? { more: l10n.t('Show {0} more', numbers.integer(left)) } : {};
        this.#host.post({ type: 'misses', misses: { outcome, step, offset, lines, ...more } });
      },
    );
  }

  /** Shows where the packet parted from what was expected. */
  async whyNot(expected: string): Promise<void> {
    const traced = this.#traced;
    if (traced === undefined) return;
    const { session, request, rules } = traced;
    await this.#questions.ask(
      'whyNot',
      this.#host.l10n.t('Looking for where it parted...'),
      (signal) => session.agent.traces.whyNot({ ...rules, request, expected }, signal),
      (answer) => this.#host.post({ type: 'whyNot', answer: presentWhyNot(answer, expected, this.#host) }),
    );
  }

  /** Which rules a form means, as the agent wants to know it. */
  async #rulesOf(session: Session, rules: PacketForm['rules']): Promise<AskedRules> {
    if (rules === 'live') return { snapshot: session.snapshot };
    const objects = await this.#host.root().objects();
    return { snapshot: session.snapshot, mode: rules, ...(objects === undefined ? {} : { objects }) };
  }
}
