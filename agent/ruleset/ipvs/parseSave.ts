import { contentStart } from '../common/contentStart.ts';
import { LineIndex, type Span } from '../common/position.ts';
import type { RulesetProblem, Severity } from '../common/problem.ts';
import { formatIpvsAddress } from './address.ts';
import type {
  IpvsAddress,
  IpvsadmSave,
  IpvsCommand,
  IpvsRealServer,
  IpvsService,
  IpvsVirtualServer,
} from './document.ts';
import { type IpvsOption, parseIpvsadmOptions, splitIpvsadmLine } from './options.ts';
import { readRealServer, readService, readVirtualServer } from './rule.ts';

/** Reads `ipvsadm -S` output or `ipvsadm -R` input. Never throws: what it does not understand becomes a problem. */
export function parseIpvsadmSave(text: string): IpvsadmSave {
  return new SaveParser(text).parse();
}

/** A virtual server whose real servers are still being read, by their addresses. */
interface VirtualServerBuild {
  readonly rule: Omit<IpvsVirtualServer, 'realServers'>;
  readonly realServers: Map<string, IpvsRealServer>;
}

const commandNames: ReadonlySet<string> = new Set([
  'add-service',
  'edit-service',
  'delete-service',
  'add-server',
  'edit-server',
  'delete-server',
  'clear',
  'zero',
  'set',
  'start-daemon',
  'stop-daemon',
]);

class SaveParser {
  readonly #text: string;
  readonly #servers = new Map<string, VirtualServerBuild>();
  readonly #commands: IpvsCommand[] = [];
  readonly #problems: RulesetProblem[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  parse(): IpvsadmSave {
    const lines = new LineIndex(this.#text);
    for (let line = 0; line < lines.lineCount; line++) {
      const start = line === 0 ? contentStart(this.#text) : lines.lineStart(line);
      const next = lines.lineStart(line + 1);
      const end = this.#text.charCodeAt(next - 1) === 0x0a && next > start ? next - 1 : next;
      this.#parseLine({ start, end: this.#text.charCodeAt(end - 1) === 0x0d && end > start ? end - 1 : end });
    }
    return {
      text: this.#text,
      virtualServers: Array.from(this.#servers.values(), ({ rule, realServers }) => ({
        ...rule,
        realServers: [...realServers.values()],
      })),
      commands: this.#commands,
      problems: this.#problems,
    };
  }

  #parseLine(span: Span): void {
    const words = splitIpvsadmLine(this.#text, span.start, span.end);
    const first = words[0];
    if (!first || first.text.startsWith('#')) return;
    const { options, arguments: rest } = parseIpvsadmOptions(words);
    const command = options.find(({ name, problem }) => problem === undefined && commandNames.has(name));
    if (!command) {
      this.#commands.push({ name: first.text, words: words.slice(1).map(({ text }) => text), span });
      this.#report('ipvs-unknown-command', `"${first.text}" is no command of ipvsadm.`, { word: first.text }, first);
      return;
    }
    for (const option of options) this.#checkOption(option);
    const isServiceRule = command.name === 'add-service' || command.name === 'edit-service';
    const isServerRule = command.name === 'add-server' || command.name === 'edit-server';
    if (isServiceRule || isServerRule) {
      for (const word of rest) {
        this.#report('ipvs-unexpected-word', `"${word.text}" has no place here.`, { word: word.text }, word);
      }
      const service = readService(options);
      const understood =
        service === undefined
          ? this.#reportMissingService(command)
          : isServiceRule
            ? this.#addVirtualServer(span, service.service, service.span, options)
            : this.#addRealServer(span, service.service, options, command);
      if (understood) return;
    }
    this.#commands.push({ name: command.name, words: words.map(({ text }) => text), span });
  }

  #checkOption(option: IpvsOption): void {
    const args = { option: option.name };
    if (option.problem === 'unknown') {
      this.#report('ipvs-unknown-option', `ipvsadm has no option "${option.name}".`, args, option);
    } else if (option.problem === 'missing-value') {
      this.#report('ipvs-option-without-value', `The option "${option.name}" needs a value.`, args, option);
    }
  }

  #reportMissingService(command: IpvsOption): boolean {
    const message = 'The rule does not say a service: -t, -u or --sctp-service with an address and a port, or -f MARK.';
    this.#report('ipvs-missing-service', message, {}, command);
    return false;
  }

  #addVirtualServer(span: Span, service: IpvsService, serviceSpan: Span, options: readonly IpvsOption[]): boolean {
    const key = serviceKey(service);
    const earlier = this.#servers.get(key);
    if (service.kind === 'address') this.#warnOfNames(service.address, serviceSpan);
    const rule = readVirtualServer(options, (option) => this.#reportValue(option));
    this.#servers.set(key, {
      rule: { span, serviceSpan, service, ...rule },
      realServers: earlier?.realServers ?? new Map(),
    });
    if (earlier && options.some(({ name }) => name === 'add-service')) {
      const message = `The virtual server ${key} is added twice.`;
      this.#report('ipvs-duplicate-service', message, { service: key }, serviceSpan, 'warning');
    }
    return true;
  }

  #addRealServer(span: Span, service: IpvsService, options: readonly IpvsOption[], command: IpvsOption): boolean {
    const server = readRealServer(options, (option) => this.#reportValue(option));
    if (!server) {
      this.#report('ipvs-missing-real-server', 'The rule needs -r with the address of the real server.', {}, command);
      return false;
    }
    const key = serviceKey(service);
    const virtualServer = this.#servers.get(key);
    if (!virtualServer) {
      const message = `The virtual server ${key} is not added before its real server.`;
      this.#report('ipvs-unknown-service', message, { service: key }, command);
      return false;
    }
    this.#warnOfNames(server.address, server.addressSpan);
    virtualServer.realServers.set(formatIpvsAddress(server.address), { span, ...server });
    return true;
  }

  #warnOfNames(address: IpvsAddress, span: Span): void {
    if (!address.symbolic && address.portName === undefined) return;
    const text = formatIpvsAddress(address);
    const message = `"${text}" is written with names; run "ipvsadm -S -n" to see numbers.`;
    this.#report('ipvs-symbolic-address', message, { address: text }, span, 'warning');
  }

  #reportValue(option: IpvsOption): void {
    const args = { option: option.name, value: option.value ?? '' };
    const message = `"${args.value}" is no value for the option "${option.name}".`;
    this.#report('ipvs-invalid-value', message, args, option.valueSpan ?? option);
  }

  #report(
    code: string,
    message: string,
    args: Readonly<Record<string, string | number>>,
    { start, end }: Span,
    severity: Severity = 'error',
  ): void {
    this.#problems.push({ code, severity, message, args, span: { start, end } });
  }
}

function serviceKey(service: IpvsService): string {
  if (service.kind === 'fwmark') return `fwmark ${service.mark}${service.family === 'inet6' ? ' IPv6' : ''}`;
  return `${service.protocol} ${formatIpvsAddress(service.address)}`;
}
