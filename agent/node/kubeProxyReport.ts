import * as z from 'zod/mini';

const report = z.object({
  /** Processes of that name in the network namespace that is read. */
  processes: z.array(
    z.object({
      pid: z.number(),
      argv: z.array(z.string()),
      /** The file that `--config` names, as the process sees it. */
      configFile: z.optional(z.string()),
      /** That file's text, when it could be read. */
      config: z.optional(z.string()),
    }),
  ),
  /** The port of 127.0.0.1 that answered; distributions that build kube-proxy in have one, but no process of the name. */
  metricsPort: z.optional(z.number()),
  /** What `/proxyMode` answered. */
  mode: z.optional(z.string()),
  /** `git_version` of the metric `kubernetes_build_info`. */
  version: z.optional(z.string()),
});

/** What was found of a running kube-proxy; the text of the `kube-proxy` part is this as JSON. */
export type KubeProxyReport = z.infer<typeof report>;

/** Reads the text of a `kube-proxy` part; undefined when it is not such a text. */
export function parseKubeProxyReport(text: string): KubeProxyReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = report.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
