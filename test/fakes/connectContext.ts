import { setImmediate } from 'node:timers/promises';
import { type Logger, silentLogger } from '../../extension/common/logger.ts';
import type {
  ConnectionPrompts,
  DeliveryRequest,
  SecretRequest,
  UnknownHostKey,
} from '../../extension/transport/prompts.ts';
import type { ConnectContext, ConnectProgress } from '../../extension/transport/transport.ts';

/** What was asked during an attempt to connect. */
export interface AskedQuestions {
  readonly hostKeys: UnknownHostKey[];
  readonly secrets: SecretRequest[];
  readonly deliveries: DeliveryRequest[];
}

export interface FakeContextOptions {
  /** Answer to an unknown host key; yes by default. */
  readonly acceptHostKey?: boolean | undefined;
  /** Answers to hidden prompts, in order; dismissed when there are none left. */
  readonly secrets?: readonly string[];
  readonly acceptDelivery?: boolean;
  readonly interactive?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ConnectProgress) => void;
}

export interface FakeContext extends ConnectContext {
  readonly asked: AskedQuestions;
  /** Everything that was logged. */
  readonly lines: string[];
}

/** A context for connecting whose questions are answered by a list, and which keeps what was asked and logged. */
export function fakeContext(options: FakeContextOptions = {}): FakeContext {
  const asked: AskedQuestions = { hostKeys: [], secrets: [], deliveries: [] };
  const secrets = [...(options.secrets ?? [])];
  const lines: string[] = [];
  const keep = (message: string): void => void lines.push(message);
  const log: Logger = { ...silentLogger, trace: keep, debug: keep, info: keep, warn: keep, error: keep };
  const prompts: ConnectionPrompts = {
    async confirmHostKey(key) {
      asked.hostKeys.push(key);
      await setImmediate();
      return 'acceptHostKey' in options ? options.acceptHostKey : true;
    },
    async askSecret(request) {
      asked.secrets.push(request);
      await setImmediate();
      const secret = secrets.shift();
      return secret === undefined ? undefined : { secret, remember: false };
    },
    async confirmDelivery(request) {
      asked.deliveries.push(request);
      await setImmediate();
      return options.acceptDelivery ?? true;
    },
  };
  return {
    signal: options.signal ?? new AbortController().signal,
    log,
    prompts,
    interactive: options.interactive ?? true,
    report: (progress) => options.onProgress?.(progress),
    asked,
    lines,
  };
}
