import type { SourceLocation } from '../model/location.ts';
import type { ServicePort } from '../model/service.ts';
import type { Place } from './place.ts';

/** Finds the Service port that a place belongs to. The index is made when it is first needed. */
export class ServicePlaces {
  readonly #ports: readonly ServicePort[];
  #byLine: Map<string, ServicePort> | undefined;
  #byBlock: Map<string, ServicePort> | undefined;

  constructor(ports: readonly ServicePort[]) {
    this.#ports = ports;
  }

  find({ part, line, column, block }: Place): ServicePort | undefined {
    const { byLine, byBlock } = this.#indices();
    return byLine.get(lineKey(part, line, column)) ?? (block && byBlock.get(blockKey(part, block.name)));
  }

  #indices(): { byLine: Map<string, ServicePort>; byBlock: Map<string, ServicePort> } {
    if (this.#byLine === undefined || this.#byBlock === undefined) {
      const byLine = new Map<string, ServicePort>();
      const byBlock = new Map<string, ServicePort>();
      for (const port of this.#ports) {
        for (const { part, line, column } of linesOf(port)) {
          byLine.set(lineKey(part, line, undefined), port);
          byLine.set(lineKey(part, line, column), port);
        }
        // The names of a Service's chains hold a hash of its name, and so are the same in all tables.
        for (const { name, location } of port.chains) byBlock.set(blockKey(location.part, name), port);
      }
      this.#byLine = byLine;
      this.#byBlock = byBlock;
    }
    return { byLine: this.#byLine, byBlock: this.#byBlock };
  }
}

function lineKey(part: string, line: number, column: number | undefined): string {
  return `${part} ${line} ${column ?? ''}`;
}

function blockKey(part: string, name: string): string {
  return `${part} ${name}`;
}

/** Where the lines of a port stand that are in no chain of its own. */
function linesOf({ frontends, maps, virtualServers }: ServicePort): readonly SourceLocation[] {
  return [
    ...virtualServers.flatMap(({ location, realServers }) => [location, ...realServers.map((each) => each.location)]),
    ...maps.map(({ location }) => location),
    ...frontends.flatMap(({ location }) => location ?? []),
  ];
}
