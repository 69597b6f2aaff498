import type { TraceEffect } from '../../model/packetTrace.ts';
import type { Route } from '../nodeNetwork.ts';

type Direction = Extract<TraceEffect, { kind: 'route' }>['to'];

/** The step of a routing decision. */
export function routeStep(
  { device, via }: Route,
  to: Direction,
): { readonly hook: 'routing'; readonly kind: 'routing'; readonly effect: TraceEffect } {
  return {
    hook: 'routing',
    kind: 'routing',
    effect: {
      kind: 'route',
      to,
      ...(device === undefined ? {} : { device }),
      ...(via === undefined ? {} : { via: via.text }),
    },
  };
}
