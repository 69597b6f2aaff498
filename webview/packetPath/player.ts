import type { Path, Place } from '../protocol/traceView.ts';
import { laneKey, placeBoxes } from './hooksLayout.ts';

/** Milliseconds for a lane, and for a step at a place. */
const laneTime = 600;
const stepTime = 380;
/** Without motion a place is looked at for this long. */
const stillTime = 900;

/** What the player does to the rest of the page. */
export interface PlayerEvents {
  /** The packet is at a step. */
  onStep(step: number): void;
  /** It began, or came to its end or was stopped. */
  onState(isPlaying: boolean): void;
}

/** Plays a packet along its way through the picture. Where less motion is wanted, it jumps from place to place. */
export class Player {
  readonly #events: PlayerEvents;
  #run = 0;
  #isPlaying = false;

  constructor(events: PlayerEvents) {
    this.#events = events;
  }

  get isPlaying(): boolean {
    return this.#isPlaying;
  }

  stop(): void {
    this.#run++;
    if (!this.#isPlaying) return;
    this.#isPlaying = false;
    this.#events.onState(false);
  }

  /** Puts the packet at a place without moving it there. */
  static rest(picture: SVGElement, place: Place): void {
    const { x, y, height } = placeBoxes[place];
    moveTo(picture, x, y + height / 2);
  }

  async play(picture: SVGElement, path: Path): Promise<void> {
    this.stop();
    const run = this.#run;
    this.#isPlaying = true;
    this.#events.onState(true);
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    let before: Place | undefined;
    for (const visit of path.visits) {
      if (before !== undefined && !isStill) await this.#travel(picture, before, visit.place, run);
      if (run !== this.#run) return;
      Player.rest(picture, visit.place);
      for (const step of visit.steps) {
        this.#events.onStep(step.number);
        await pause(isStill ? stillTime : stepTime);
        if (run !== this.#run) return;
      }
      before = visit.place;
    }
    this.stop();
  }

  /** Moves along the lane between two places. */
  async #travel(picture: SVGElement, from: Place, to: Place, run: number): Promise<void> {
    const lane = picture.querySelector<SVGPathElement>(`path[data-lane="${laneKey({ from, to })}"]`);
    if (lane === null) return;
    const length = lane.getTotalLength();
    const start = performance.now();
    for (;;) {
      const now = await frame();
      const done = Math.min(1, (now - start) / laneTime);
      if (run !== this.#run || done === 1) return;
      const { x, y } = lane.getPointAtLength(length * ease(done));
      moveTo(picture, x, y);
    }
  }
}

function moveTo(picture: SVGElement, x: number, y: number): void {
  const packet = picture.querySelector('.packet');
  packet?.setAttribute('cx', String(x));
  packet?.setAttribute('cy', String(y));
  packet?.classList.add('shown');
}

/** Slow at both ends. */
function ease(part: number): number {
  return part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2;
}

function frame(): Promise<number> {
  return new Promise((resolve) => requestAnimationFrame(resolve));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
