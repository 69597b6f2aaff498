import type { CliEnvironment } from './cliEnvironment.ts';
import { type CommandLine, readCommandLine } from './commandLine.ts';
import { helpText } from './helpText.ts';
import { runChange } from './runChange.ts';
import { runChangeState } from './runChangeState.ts';
import { runCompare } from './runCompare.ts';
import { runCompile } from './runCompile.ts';
import { runLeftovers } from './runLeftovers.ts';
import { runParse } from './runParse.ts';
import { runRead } from './runRead.ts';
import { printTraceSchema, runTrace } from './runTrace.ts';
import { UsageError } from './usageError.ts';

const exitStatus = { success: 0, failure: 1, usage: 2, notPutBack: 3 } as const;

/** Runs a command line; what goes wrong is told on stderr. Resolves to the exit status. */
export async function runCli(argv: readonly string[], environment: CliEnvironment): Promise<number> {
  try {
    return await run(readCommandLine(argv), environment);
  } catch (error) {
    if (error instanceof UsageError) {
      environment.writeStderr(`${error.message}\nTry --help.\n`);
      return exitStatus.usage;
    }
    if (!isTypedError(error)) throw error;
    environment.writeStderr(`${error.message}\n`);
    return error.code === 'roll-back-failed' ? exitStatus.notPutBack : exitStatus.failure;
  }
}

async function run(commandLine: CommandLine, environment: CliEnvironment): Promise<number> {
  switch (commandLine.command) {
    case 'help':
      await environment.writeStdout(helpText);
      return exitStatus.success;
    case 'version':
      await environment.writeStdout(`${environment.version}\n`);
      return exitStatus.success;
    case 'serve':
      return environment.serve(commandLine);
    case 'read':
      return (await runRead(commandLine, environment)) ? exitStatus.success : exitStatus.failure;
    case 'compile':
      return (await runCompile(commandLine, environment)) ? exitStatus.success : exitStatus.failure;
    case 'parse':
      await runParse(commandLine, environment);
      return exitStatus.success;
    case 'trace':
      await runTrace(commandLine, environment);
      return exitStatus.success;
    case 'traceSchema':
      await printTraceSchema(environment);
      return exitStatus.success;
    case 'compare':
      await runCompare(commandLine, environment);
      return exitStatus.success;
    case 'apply':
    case 'switch':
    case 'undo':
    case 'clean-up':
      await runChange(commandLine, environment);
      return exitStatus.success;
    case 'leftovers':
      await runLeftovers(commandLine, environment);
      return exitStatus.success;
    default:
      await runChangeState(commandLine, environment);
      return exitStatus.success;
  }
}

/** Errors with a code carry a sentence for the user; any other is a defect, whose stack is wanted. */
function isTypedError(error: unknown): error is Error & { readonly code: unknown } {
  return error instanceof Error && 'code' in error && 'args' in error;
}
