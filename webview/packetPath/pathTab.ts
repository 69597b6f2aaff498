import { element } from '../element.ts';
import type { FromPacketPath } from '../protocol/packetPath.ts';
import type { PacketPathTexts } from '../protocol/packetPathTexts.ts';
import type { Misses, Path, Place, TraceView } from '../protocol/traceView.ts';
import { createButton } from '../toolkit.ts';
import { pictureAsPng, pictureAsSvg } from './exportPicture.ts';
import { drawHooks } from './hooksPicture.ts';
import { OutcomeList } from './outcomeList.ts';
import { Player } from './player.ts';
import { StepList } from './stepList.ts';
import { noteList } from './table.ts';
import { WhyNotBox } from './whyNotBox.ts';

/** What the tab keeps while the page is hidden. */
export interface PathTabState {
  readonly zoom: number;
  readonly step: number | undefined;
}

const zoomStep = 1.25;
const zoomRange = { least: 0.5, most: 4 } as const;

/** The way of one packet: the picture, the ends, and the steps of the chosen one. */
export class PathTab {
  readonly element = element('section', { class: 'path-tab' });
  readonly #texts: PacketPathTexts;
  readonly #send: (message: FromPacketPath) => void;
  readonly #save: (state: PathTabState) => void;
  readonly #frame = element('div', { class: 'picture-frame', tabindex: -1 });
  readonly #heading = element('div', { class: 'result', role: 'status' });
  readonly #play: HTMLElement;
  readonly #outcomes: OutcomeList;
  readonly #steps: StepList;
  readonly #whyNot: WhyNotBox;
  readonly #notes = element('div');
  readonly #details: HTMLElement;
  readonly #player: Player;
  #state: PathTabState;
  #picture: SVGSVGElement | undefined;
  #view: TraceView | undefined;
  #path: Path | undefined;
  /** A step to look at as soon as its way is there. */
  #awaited: number | undefined;

  constructor(
    texts: PacketPathTexts,
    state: PathTabState,
    send: (message: FromPacketPath) => void,
    save: (state: PathTabState) => void,
  ) {
    this.#texts = texts;
    this.#state = state;
    this.#send = send;
    this.#save = save;
    this.#player = new Player({
      onStep: (step) => this.#steps.mark(step),
      onState: (isPlaying) => {
        this.#play.textContent = isPlaying ? texts.picture.pause : texts.picture.play;
        this.element.classList.toggle('playing', isPlaying);
      },
    });
    this.#play = createButton(texts.picture.play, () => this.#togglePlay(), 'primary');
    this.#outcomes = new OutcomeList(texts, (outcome) => this.#choose(outcome, undefined));
    this.#steps = new StepList(texts, {
      onOpen: (place) => send({ type: 'open', ...place }),
      onFocus: (step) => this.#look(step),
      onMisses: (step, offset) => send({ type: 'misses', outcome: this.#path?.outcome ?? 0, step, offset }),
    });
    this.#whyNot = new WhyNotBox(texts.whyNot, {
      onAsk: (expected) => send({ type: 'whyNot', expected }),
      onOpen: (place) => send({ type: 'open', ...place }),
      onStep: (outcome, step) => this.#choose(outcome, step),
    });
    this.#details = element(
      'div',
      { class: 'details' },
      element('div', { class: 'side' }, this.#outcomes.element, this.#whyNot.element, this.#notes),
      element(
        'div',
        { class: 'main' },
        element('h2', {}, texts.steps.label, element('small', {}, texts.steps.hint)),
        this.#steps.element,
      ),
    );
    this.element.append(this.#toolbar(), this.#frame, this.#details);
    this.#draw();
    this.say(texts.outcomes.none);
  }

  /** Says something in place of a result, which stays in sight but pale. */
  say(...said: readonly (Node | string)[]): void {
    this.#heading.replaceChildren(...said);
    this.element.classList.add('stale');
    this.#details.hidden = this.#view === undefined;
  }

  /** Says something beside the result. */
  remark(said: Node): void {
    this.#heading.querySelector('.remark')?.remove();
    this.#heading.append(element('span', { class: 'remark' }, said));
  }

  show(view: TraceView, outcome: number): void {
    const isSame = this.#path?.outcome === outcome && isEqual(view, this.#view);
    this.#view = view;
    this.element.classList.remove('stale');
    this.#details.hidden = false;
    this.#heading.replaceChildren(
      element('code', {}, view.packet),
      element('strong', {}, view.summary),
      element('small', {}, view.rules),
    );
    // After a refresh that found nothing new, what the user is at stays.
    if (isSame) return;
    this.#player.stop();
    this.#path = undefined;
    this.#outcomes.show(view.outcomes, outcome);
    this.#whyNot.reset(view.expectations);
    this.#notes.replaceChildren(...noteList(this.#texts.outcomes.notes, view.notes));
    this.#draw();
  }

  showPath(path: Path): void {
    if (isEqual(path, this.#path) && this.#awaited === undefined) return;
    this.#player.stop();
    const isSame = this.#path?.outcome === path.outcome;
    this.#path = path;
    this.#outcomes.choose(path.outcome);
    this.#steps.show(path, this.#state.step);
    this.#draw();
    const awaited = this.#awaited;
    this.#awaited = undefined;
    if (awaited !== undefined) this.#steps.focus({ step: awaited });
    else if (isSame && this.#state.step !== undefined) this.#look(this.#state.step);
  }

  showMisses(misses: Misses): void {
    this.#steps.showMisses(misses);
  }

  get whyNot(): WhyNotBox {
    return this.#whyNot;
  }

  #toolbar(): HTMLElement {
    const { picture } = this.#texts;
    return element(
      'div',
      { class: 'row picture-bar' },
      this.#heading,
      element(
        'div',
        { class: 'buttons' },
        this.#play,
        named(
          createButton('−', () => this.#zoom(this.#state.zoom / zoomStep)),
          picture.zoomOut,
        ),
        named(
          createButton('+', () => this.#zoom(this.#state.zoom * zoomStep)),
          picture.zoomIn,
        ),
        createButton(picture.fit, () => this.#zoom(1)),
        named(
          createButton('SVG', () => void this.#export('svg')),
          picture.saveSvg,
        ),
        named(
          createButton('PNG', () => void this.#export('png')),
          picture.savePng,
        ),
      ),
    );
  }

  #draw(): void {
    this.#picture = drawHooks({ view: this.#view, path: this.#path }, this.#texts, {
      onOutcome: (outcome) => this.#choose(outcome, undefined),
      onPlace: (place) => this.#steps.focus({ place }),
    });
    this.#frame.replaceChildren(this.#picture);
    this.#zoom(this.#state.zoom);
  }

  #choose(outcome: number, step: number | undefined): void {
    if (this.#path?.outcome === outcome) {
      if (step !== undefined) this.#steps.focus({ step });
      return;
    }
    this.#awaited = step;
    this.#outcomes.choose(outcome);
    this.#send({ type: 'steps', outcome });
  }

  /** The packet stands at a step: the picture shows where that is. */
  #look(step: number): void {
    this.#state = { ...this.#state, step };
    this.#save(this.#state);
    const place = this.#placeOf(step);
    if (place !== undefined && this.#picture !== undefined && !this.#player.isPlaying)
      Player.rest(this.#picture, place);
  }

  #placeOf(step: number): Place | undefined {
    return this.#path?.visits.find(({ steps }) => steps.some(({ number }) => number === step))?.place;
  }

  #togglePlay(): void {
    if (this.#player.isPlaying) this.#player.stop();
    else if (this.#picture !== undefined && this.#path !== undefined) void this.#player.play(this.#picture, this.#path);
  }

  #zoom(wanted: number): void {
    const zoom = Math.min(zoomRange.most, Math.max(zoomRange.least, wanted));
    this.#state = { ...this.#state, zoom };
    this.#save(this.#state);
    if (this.#picture !== undefined) this.#picture.style.width = `${Math.round(zoom * 100)}%`;
  }

  async #export(format: 'svg' | 'png'): Promise<void> {
    if (this.#picture === undefined) return;
    const caption = this.#view === undefined ? [] : [this.#view.packet, `${this.#view.summary} (${this.#view.rules})`];
    const data = format === 'svg' ? pictureAsSvg(this.#picture, caption) : await pictureAsPng(this.#picture, caption);
    this.#send({ type: 'save', format, data });
  }
}

/** A button whose sign says less than its name. */
function named(button: HTMLElement, name: string): HTMLElement {
  button.setAttribute('aria-label', name);
  button.title = name;
  return button;
}

function isEqual(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
