import { TransportError } from '../../common/transportError.ts';
import { type ClientEnvironment, expandHome, pathOf, systemSshFolder, userSshFolder } from '../clientEnvironment.ts';
import { matchesPatternList } from '../wildcard.ts';
import { expandGlob, readOptionalFile } from './configFiles.ts';
import { type ConfigLine, readConfigLines } from './configLine.ts';
import { expandTokens } from './tokens.ts';

/** A directive that applies to the host, with where it stands. */
export interface AppliedDirective {
  readonly words: readonly string[];
  readonly file: string;
  readonly line: number;
}

/** The directives that apply to one host. */
export interface EvaluatedConfig {
  /** By lower-case keyword, in the order found. The first one counts, except for those that add up (IdentityFile). */
  readonly directives: ReadonlyMap<string, readonly AppliedDirective[]>;
  /** Conditions that only the system's `ssh` can evaluate, and which could change what applies. */
  readonly undecided: readonly { readonly feature: string; readonly file: string; readonly line: number }[];
}

/** What the user typed: the name, and parts that go before every file. */
export interface TypedHost {
  readonly alias: string;
  readonly user?: string;
  readonly port?: number;
}

/** As in OpenSSH's readconf.c. */
const maximumIncludeDepth = 16;

interface Evaluation {
  readonly host: TypedHost;
  readonly environment: ClientEnvironment;
  readonly directives: Map<string, AppliedDirective[]>;
  readonly undecided: { feature: string; file: string; line: number }[];
  readonly finalPass: boolean;
  wantsFinalPass: boolean;
}

/**
 * Evaluates ssh_config for a host as ssh_config(5) describes: the user's file first, then the system's; the first
 * value of a directive wins; a second pass when a `Match final` (or `canonical`) asks for it.
 *
 * @param userFile the configuration file instead of `~/.ssh/config`; the system's is then left out, as with `ssh -F`
 */
export async function evaluateConfig(
  host: TypedHost,
  environment: ClientEnvironment,
  userFile?: string,
): Promise<EvaluatedConfig> {
  const first = await evaluatePass(host, environment, userFile, undefined);
  return first.wantsFinalPass ? evaluatePass(host, environment, userFile, first) : first;
}

async function evaluatePass(
  host: TypedHost,
  environment: ClientEnvironment,
  userFile: string | undefined,
  previous: Evaluation | undefined,
): Promise<Evaluation> {
  const evaluation: Evaluation = {
    host,
    environment,
    directives: new Map(previous?.directives),
    undecided: [...(previous?.undecided ?? [])],
    finalPass: previous !== undefined,
    wantsFinalPass: false,
  };
  const paths = pathOf(environment);
  const own = userFile ?? paths.join(userSshFolder(environment), 'config');
  await evaluateFile(evaluation, own, userSshFolder(environment), true, 0);
  if (userFile === undefined) {
    const folder = systemSshFolder(environment);
    await evaluateFile(evaluation, paths.join(folder, 'ssh_config'), folder, true, 0);
  }
  return evaluation;
}

async function evaluateFile(
  evaluation: Evaluation,
  file: string,
  includeFolder: string,
  activeAtStart: boolean,
  depth: number,
): Promise<void> {
  const text = await readOptionalFile(file);
  if (text === undefined) return;
  let active = activeAtStart;
  for (const line of readConfigLines(text, file)) {
    if (line.keyword === 'host') {
      active = activeAtStart && matchesPatternList(line.words, evaluation.host.alias, false);
    } else if (line.keyword === 'match') {
      active = activeAtStart && matchLineApplies(evaluation, line);
    } else if (line.keyword === 'include') {
      if (active) await include(evaluation, line, includeFolder, depth + 1);
    } else if (active) {
      apply(evaluation, line);
    }
  }
}

async function include(evaluation: Evaluation, line: ConfigLine, includeFolder: string, depth: number): Promise<void> {
  if (depth > maximumIncludeDepth) {
    throw new TransportError('sshConfigTooDeep', { step: 'configure', args: { file: line.file, line: line.line } });
  }
  const paths = pathOf(evaluation.environment);
  for (const word of line.words) {
    const expanded = expandHome(word, evaluation.environment);
    const pattern = paths.isAbsolute(expanded) ? expanded : paths.join(includeFolder, expanded);
    for (const file of await expandGlob(pattern, evaluation.environment)) {
      await evaluateFile(evaluation, file, includeFolder, true, depth);
    }
  }
}

/** Directives of which every occurrence counts. */
const additive = new Set(['identityfile', 'certificatefile']);

function apply(evaluation: Evaluation, line: ConfigLine): void {
  const known = evaluation.directives.get(line.keyword);
  const applied = { words: line.words, file: line.file, line: line.line };
  if (known === undefined) {
    evaluation.directives.set(line.keyword, [applied]);
  } else if (additive.has(line.keyword) && !known.some((one) => one.words[0] === line.words[0])) {
    evaluation.directives.set(line.keyword, [...known, applied]);
  }
}

/** Whether every criterion of a Match line holds. They are tried in order, and the rest is not looked at after a miss. */
function matchLineApplies(evaluation: Evaluation, line: ConfigLine): boolean {
  const words = [...line.words];
  while (words.length > 0) {
    const written = words.shift() ?? '';
    const negated = written.startsWith('!');
    const criterion = written.slice(negated ? 1 : 0).toLowerCase();
    const argument = criterion === 'all' || criterion === 'final' || criterion === 'canonical' ? '' : words.shift();
    if (argument === undefined) {
      throw new TransportError('sshConfigInvalid', {
        step: 'configure',
        args: { file: line.file, line: line.line },
        detail: written,
      });
    }
    const holds = criterionHolds(evaluation, criterion, argument);
    if (holds === undefined) {
      evaluation.undecided.push({ feature: `Match ${criterion}`, file: line.file, line: line.line });
      return false;
    }
    if (holds === negated) return false;
  }
  return true;
}

/** Undefined for a criterion that cannot be decided here. */
function criterionHolds(evaluation: Evaluation, criterion: string, argument: string): boolean | undefined {
  const { host, environment, directives } = evaluation;
  const patterns = argument.split(',');
  switch (criterion) {
    case 'all':
      return true;
    case 'final':
      evaluation.wantsFinalPass ||= !evaluation.finalPass;
      return evaluation.finalPass;
    case 'canonical':
      return evaluation.finalPass;
    case 'host': {
      const hostName = directives.get('hostname')?.[0]?.words[0];
      const name = hostName === undefined ? host.alias : expandTokens(hostName, { '%': '%', h: host.alias });
      return matchesPatternList(patterns, name ?? host.alias, true);
    }
    case 'originalhost':
      return matchesPatternList(patterns, host.alias, true);
    case 'user': {
      const user = host.user ?? directives.get('user')?.[0]?.words[0] ?? environment.userName;
      return matchesPatternList(patterns, user, false);
    }
    case 'localuser':
      return matchesPatternList(patterns, environment.userName, false);
    default:
      return undefined;
  }
}
