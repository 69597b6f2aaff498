// ssh2 is a CommonJS module of which Node finds only some names; the default import has them all.
import ssh2 from 'ssh2';

export const { BaseAgent, Client, createAgent } = ssh2;
export const { parseKey } = ssh2.utils;
export type { AnyAuthMethod, ClientChannel, ParsedKey } from 'ssh2';
export type SshClient = InstanceType<typeof Client>;
