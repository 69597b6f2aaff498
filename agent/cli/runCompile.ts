import { compileRules } from '../compile/compileRules.ts';
import { assumedKernelFacts, completeProxyOptions } from '../compile/defaultProxyOptions.ts';
import type { ModelProblem } from '../model/nodeModel.ts';
import type { CliEnvironment } from './cliEnvironment.ts';
import type { CompileCommand } from './compileCommand.ts';
import { nativeFiles } from './nativeFiles.ts';
import { readObjectFiles } from './objectFiles.ts';

/**
 * Writes what a kernel should hold for Services, as its tools read it. Resolves to whether all objects were understood.
 *
 * @throws FileError
 */
export async function runCompile(
  { mode, objects: paths, proxy, out }: CompileCommand,
  environment: CliEnvironment,
): Promise<boolean> {
  const { objects, problems } = await readObjectFiles(paths, environment);
  for (const problem of problems) environment.writeStderr(`${describeProblem(problem)}\n`);
  const rules = compileRules(objects, completeProxyOptions(proxy, assumedKernelFacts(proxy.nodeIps)), mode);
  for (const { name, command, text } of nativeFiles(rules)) {
    if (out === undefined) {
      await environment.writeStdout(`# ${name}: ${command}\n`);
      await environment.writeStdout(text);
    } else {
      const path = await environment.writeFile(out, name, text);
      await environment.writeStdout(`${command} < ${path}\n`);
    }
  }
  return problems.every(({ severity }) => severity !== 'error');
}

/** `objects.yaml:7: This Service was left out ...` */
function describeProblem({ message, location }: ModelProblem): string {
  return location === undefined ? message : `${location.part}:${location.line + 1}: ${message}`;
}
