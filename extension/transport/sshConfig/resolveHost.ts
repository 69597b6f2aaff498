import { TransportError } from '../../common/transportError.ts';
import { type ClientEnvironment, expandHome, pathOf, systemSshFolder, userSshFolder } from '../clientEnvironment.ts';
import { type AppliedDirective, type EvaluatedConfig, evaluateConfig, type TypedHost } from './evaluateConfig.ts';
import type {
  AuthenticationMethod,
  HostSettings,
  IdentityAgent,
  JumpHost,
  OpenSshFeature,
  StrictHostKeyChecking,
} from './hostSettings.ts';
import { expandTokens, expandVariables } from './tokens.ts';
import { parseTypedHost } from './typedHost.ts';

const defaultConnectTimeoutSeconds = 20;

/**
 * The files that OpenSSH tries when no IdentityFile is given, in its order; for the security keys (`_sk`) among
 * them the system's `ssh` is needed. OpenSSH 10.0 no longer knows DSA, whose keys servers have refused since 7.0.
 */
const defaultIdentityNames = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'];

/** Directives whose mere presence (with another value than `no` or `none`) is a matter for the system's `ssh`. */
const openSshDirectives: Readonly<Record<string, string>> = {
  certificatefile: 'CertificateFile',
  pkcs11provider: 'PKCS11Provider',
  knownhostscommand: 'KnownHostsCommand',
  canonicalizehostname: 'CanonicalizeHostname',
  hostbasedauthentication: 'HostbasedAuthentication',
  verifyhostkeydns: 'VerifyHostKeyDNS',
  revokedhostkeys: 'RevokedHostKeys',
  proxyusefdpass: 'ProxyUseFdpass',
  bindinterface: 'BindInterface',
};

/**
 * Everything that connecting to `host` takes from ssh_config: the user's and the system's files, or `userFile` alone.
 *
 * @throws TransportError `sshConfigInvalid`, `sshConfigTooDeep`
 */
export async function resolveHost(
  host: TypedHost,
  environment: ClientEnvironment,
  userFile?: string,
): Promise<HostSettings> {
  const config = await evaluateConfig(host, environment, userFile);
  const reader = new DirectiveReader(config, environment);

  const port = host.port ?? reader.port();
  const user = host.user ?? reader.expandedFirst('user', { '%': '%' }) ?? environment.userName;
  const hostName = reader.expandedFirst('hostname', { '%': '%', h: host.alias }) ?? host.alias;
  const hostKeyAlias = reader.first('hostkeyalias')?.words[0];
  const tokens = {
    '%': '%',
    d: environment.homeFolder,
    h: hostName,
    i: String(environment.userId),
    k: hostKeyAlias ?? hostName,
    L: environment.hostName.split('.')[0] ?? environment.hostName,
    l: environment.hostName,
    n: host.alias,
    p: String(port),
    r: user,
    u: environment.userName,
  };
  reader.tokens = tokens;

  const proxy = proxyOf(config);
  return {
    alias: host.alias,
    hostName,
    port,
    user,
    identityFiles: reader.identityFiles(),
    identitiesOnly: reader.flag('identitiesonly', false),
    identityAgent: reader.identityAgent(),
    userKnownHostsFiles: reader.files('userknownhostsfile', userSshFolder(environment)),
    globalKnownHostsFiles: reader.files('globalknownhostsfile', systemSshFolder(environment)),
    strictHostKeyChecking: reader.strictHostKeyChecking(),
    hashKnownHosts: reader.flag('hashknownhosts', false),
    hostKeyAlias,
    connectTimeoutSeconds: reader.connectTimeoutSeconds(),
    addressFamily: reader.addressFamily(),
    authenticationMethods: reader.authenticationMethods(),
    jumps: proxy.jumps,
    openSshFeatures: [...config.undecided, ...proxy.features, ...reader.openSshFeatures()],
  };
}

/** ProxyJump and ProxyCommand exclude each other: whichever applies first counts (ssh_config(5)). */
function proxyOf(config: EvaluatedConfig): { readonly jumps: JumpHost[]; readonly features: OpenSshFeature[] } {
  const jump = config.directives.get('proxyjump')?.[0];
  const command = config.directives.get('proxycommand')?.[0];
  const order = [...config.directives.keys()];
  const commandFirst = jump === undefined || order.indexOf('proxycommand') < order.indexOf('proxyjump');
  if (command !== undefined && commandFirst) {
    if (isNone(command)) return { jumps: [], features: [] };
    return { jumps: [], features: [{ feature: 'ProxyCommand', file: command.file, line: command.line }] };
  }
  if (jump === undefined || isNone(jump)) return { jumps: [], features: [] };
  const jumps = jump.words
    .join('')
    .split(',')
    .map((typed) => {
      const host = parseTypedHost(typed);
      if (host === undefined) throw invalid(jump);
      return host;
    });
  return { jumps, features: [] };
}

function isNone(directive: AppliedDirective): boolean {
  return directive.words.length === 1 && directive.words[0]?.toLowerCase() === 'none';
}

function invalid(directive: AppliedDirective): TransportError {
  return new TransportError('sshConfigInvalid', {
    step: 'configure',
    args: { file: directive.file, line: directive.line },
    detail: directive.words.join(' '),
  });
}

/** Reads typed values out of the directives that apply. */
class DirectiveReader {
  readonly #config: EvaluatedConfig;
  readonly #environment: ClientEnvironment;
  /** Values of the %-tokens, known once host, user and port are. */
  tokens: Readonly<Record<string, string>> = {};

  constructor(config: EvaluatedConfig, environment: ClientEnvironment) {
    this.#config = config;
    this.#environment = environment;
  }

  first(keyword: string): AppliedDirective | undefined {
    return this.#config.directives.get(keyword)?.[0];
  }

  expandedFirst(keyword: string, tokens: Readonly<Record<string, string>>): string | undefined {
    const directive = this.first(keyword);
    if (directive === undefined) return undefined;
    const expanded = expandTokens(directive.words[0] ?? '', tokens);
    if (expanded === undefined) throw invalid(directive);
    return expanded;
  }

  flag(keyword: string, absent: boolean): boolean {
    const directive = this.first(keyword);
    if (directive === undefined) return absent;
    const value = directive.words[0]?.toLowerCase();
    if (value === 'yes' || value === 'true') return true;
    if (value === 'no' || value === 'false') return false;
    throw invalid(directive);
  }

  port(): number {
    const directive = this.first('port');
    if (directive === undefined) return 22;
    const port = Number(directive.words[0]);
    if (!Number.isInteger(port) || port < 1 || port > 65535) throw invalid(directive);
    return port;
  }

  connectTimeoutSeconds(): number {
    const directive = this.first('connecttimeout');
    if (directive === undefined || isNone(directive)) return defaultConnectTimeoutSeconds;
    const match = /^(\d+)([smh]?)$/i.exec(directive.words[0] ?? '');
    if (match === null) throw invalid(directive);
    const unit = { '': 1, s: 1, m: 60, h: 3600 }[match[2]?.toLowerCase() ?? ''] ?? 1;
    return Math.max(1, Number(match[1]) * unit);
  }

  addressFamily(): 0 | 4 | 6 {
    const value = this.first('addressfamily')?.words[0]?.toLowerCase();
    return value === 'inet' ? 4 : value === 'inet6' ? 6 : 0;
  }

  strictHostKeyChecking(): StrictHostKeyChecking {
    const directive = this.first('stricthostkeychecking');
    switch (directive?.words[0]?.toLowerCase()) {
      case undefined:
      case 'ask':
        return 'ask';
      case 'yes':
      case 'true':
        return 'yes';
      case 'accept-new':
      case 'no':
      case 'off':
      case 'false':
        return 'accept-new';
      default:
        throw directive === undefined ? new RangeError('unreachable') : invalid(directive);
    }
  }

  identityFiles(): string[] {
    const paths = pathOf(this.#environment);
    const directives = this.#config.directives.get('identityfile');
    if (directives === undefined) {
      return defaultIdentityNames.map((name) => paths.join(userSshFolder(this.#environment), name));
    }
    return directives.filter((one) => !isNone(one)).map((one) => this.#path(one, one.words[0] ?? ''));
  }

  identityAgent(): IdentityAgent {
    const directive = this.first('identityagent');
    const word = directive?.words[0];
    if (directive === undefined || word === undefined || word === 'SSH_AUTH_SOCK') return { kind: 'environment' };
    if (isNone(directive)) return { kind: 'none' };
    if (word.startsWith('$') && !word.startsWith('${')) {
      const path = this.#environment.variables[word.slice(1)];
      return path === undefined ? { kind: 'none' } : { kind: 'path', path };
    }
    if (/^pageant$/i.test(word)) return { kind: 'path', path: 'pageant' };
    if (/^[/\\]+\.[/\\]+pipe[/\\]+/.test(word)) {
      // Written with any mix of slashes, and doubled where someone escaped them.
      return { kind: 'path', path: `\\\\.\\pipe\\${word.replace(/^[/\\]+\.[/\\]+pipe[/\\]+/, '')}` };
    }
    return { kind: 'path', path: this.#path(directive, word) };
  }

  /** Known-hosts files: a list in one directive, `known_hosts` and `known_hosts2` of `folder` by default. */
  files(keyword: string, folder: string): string[] {
    const paths = pathOf(this.#environment);
    const directive = this.first(keyword);
    if (directive === undefined) {
      const prefix = keyword.startsWith('global') ? 'ssh_known_hosts' : 'known_hosts';
      return [paths.join(folder, prefix), paths.join(folder, `${prefix}2`)];
    }
    return isNone(directive) ? [] : directive.words.map((word) => this.#path(directive, word));
  }

  authenticationMethods(): AuthenticationMethod[] {
    const known: readonly AuthenticationMethod[] = ['publickey', 'keyboard-interactive', 'password'];
    const preferred = this.first('preferredauthentications')?.words[0]?.split(',') ?? known;
    const allowed: Readonly<Record<AuthenticationMethod, boolean>> = {
      publickey: this.first('pubkeyauthentication')?.words[0]?.toLowerCase() !== 'no',
      'keyboard-interactive':
        this.flag('kbdinteractiveauthentication', true) && this.flag('challengeresponseauthentication', true),
      password: this.flag('passwordauthentication', true),
    };
    return preferred.flatMap((name) => known.filter((method) => method === name && allowed[method]));
  }

  openSshFeatures(): OpenSshFeature[] {
    return Object.entries(openSshDirectives).flatMap(([keyword, feature]) => {
      const directive = this.first(keyword);
      if (directive === undefined || /^(no|none|false)$/i.test(directive.words[0] ?? '')) return [];
      return [{ feature, file: directive.file, line: directive.line }];
    });
  }

  #path(directive: AppliedDirective, word: string): string {
    const withVariables = expandVariables(word, this.#environment.variables);
    const expanded = withVariables === undefined ? undefined : expandTokens(withVariables, this.tokens);
    if (expanded === undefined) throw invalid(directive);
    const path = expandHome(expanded, this.#environment);
    const paths = pathOf(this.#environment);
    return paths.isAbsolute(path) ? path : paths.join(userSshFolder(this.#environment), path);
  }
}
