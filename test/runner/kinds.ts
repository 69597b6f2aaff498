import type { Part } from '../start/debianPackages.ts';

/** What takes long to make and is made while earlier kinds run. */
export type Preparation = 'testNodeImage' | 'codeServer' | 'extension';

/** A kind of tests: the folder test/NAME with its files `*.test.ts`, or the checks that need no test files. */
export interface Kind {
  readonly name: string;
  readonly about: string;
  /** What has to be installed on the machine. */
  readonly parts: readonly Part[];
  readonly preparations: readonly Preparation[];
  /** How many test files run at the same time. */
  readonly filesAtOnce: number;
  /** Milliseconds after which a single test has failed. */
  readonly testTimeout: number;
}

const minute = 60_000;

/** All kinds in the order in which they run: what is quick and finds most comes first. */
export const kinds = [
  {
    name: 'check',
    about: 'types, lint, format, dead code, unused dependencies',
    parts: [],
    preparations: [],
    filesAtOnce: 0,
    testTimeout: 0,
  },
  {
    name: 'unit',
    about: 'functions and classes by themselves',
    parts: [],
    preparations: [],
    filesAtOnce: 2,
    testTimeout: 2 * minute,
  },
  {
    name: 'golden',
    about: 'recorded rules of real nodes',
    parts: [],
    preparations: [],
    filesAtOnce: 2,
    testTimeout: 2 * minute,
  },
  {
    name: 'integration',
    about: 'real tools and this kernel, in network namespaces and on loopback',
    parts: ['rules'],
    preparations: [],
    filesAtOnce: 2,
    testTimeout: 5 * minute,
  },
  {
    name: 'vm',
    about: 'a real node with ip_vs, in a virtual machine',
    parts: ['testNode'],
    preparations: ['testNodeImage'],
    filesAtOnce: 1,
    testTimeout: 10 * minute,
  },
  {
    name: 'e2e',
    about: 'the extension in VS Code in a browser, connected to a real node',
    parts: ['testNode', 'codeServer', 'browser'],
    preparations: ['testNodeImage', 'codeServer', 'extension'],
    filesAtOnce: 1,
    testTimeout: 10 * minute,
  },
] as const satisfies readonly Kind[];
