import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Accelerator } from './accelerator.ts';
import { endWithParent } from './endWithParent.ts';
import type { Image } from './image.ts';
import { QemuMonitor } from './qemuMonitor.ts';
import { runCommand } from './runCommand.ts';
import { TestNodeError } from './testNodeError.ts';

/** What to start. All files but the image's are in the node's folder. */
export interface MachineOptions {
  readonly folder: string;
  readonly image: Image;
  readonly accelerator: Accelerator;
  /** The qcow2 layer over the image's disk. */
  readonly disk: string;
  readonly seedDisk: string;
  /** Held by QEMU itself as long as it lives. */
  readonly lockFile: string;
  /** The state to start from; the machine boots when it is undefined. */
  readonly snapshot: string | undefined;
  /** Whether the machine outlives this process. Otherwise the kernel kills it when this process is gone. */
  readonly outlive: boolean;
}

/** How often QEMU is asked whether its monitor is there yet. */
const monitorRetryMs = 50;

/** Longer than loading a snapshot ever took on an emulated machine under load. */
const monitorTimeoutMs = 60_000;

/** Linux keeps the path of a socket in 108 bytes, the last of which is 0; ssh adds 17 to its own in the same folder. */
const longestSocketPath = 108 - 1 - 17;

/** Where QEMU listens for its monitor. */
export function monitorSocket(folder: string): string {
  return join(folder, 'monitor.sock');
}

/** Where QEMU writes its process id. */
export function pidFile(folder: string): string {
  return join(folder, 'qemu.pid');
}

/** Where the guest's serial console is written to. */
function consoleLog(folder: string): string {
  return join(folder, 'console.log');
}

/**
 * Starts QEMU and waits until the machine runs.
 *
 * @throws TestNodeError `boot-failed` with QEMU's own words, `command-missing`.
 */
export async function startMachine(options: MachineOptions): Promise<QemuMonitor> {
  const socket = monitorSocket(options.folder);
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw new TestNodeError('boot-failed', `The path ${socket} is too long for a socket. Set XDG_CACHE_HOME.`);
  }
  const log = await open(join(options.folder, 'qemu.log'), 'w');
  try {
    const child = spawnQemu(options, log.fd);
    const monitor = await connectMonitor(socket, child);
    if (options.outlive) {
      child.unref();
    }
    return monitor;
  } catch (cause) {
    if (cause instanceof TestNodeError && cause.code === 'command-missing') {
      throw cause;
    }
    const words = (await readFile(join(options.folder, 'qemu.log'), 'utf8')).trim();
    throw new TestNodeError('boot-failed', `The virtual machine did not start. ${words}`, { cause });
  } finally {
    await log.close();
  }
}

function spawnQemu(options: MachineOptions, logFile: number): ChildProcess {
  const locked = ['flock', '--exclusive', '--nonblock', '--no-fork', options.lockFile] as const;
  const argv = [...locked, 'qemu-system-x86_64', ...qemuArguments(options)] as const;
  const [file, ...args] = options.outlive ? argv : endWithParent('KILL', argv);
  return spawn(file, args, {
    cwd: options.folder,
    // Out of the terminal's foreground group: Ctrl-C ends this process, and with it the machine unless it outlives it.
    detached: true,
    stdio: ['ignore', logFile, logFile],
  });
}

/**
 * Stands for everything that a snapshot depends on: it can only be loaded by the same QEMU with the same devices and
 * files.
 */
export async function machineFingerprint(options: Omit<MachineOptions, 'snapshot' | 'outlive'>): Promise<string> {
  const version = await runCommand({ argv: ['qemu-system-x86_64', '--version'] });
  const machine = qemuArguments({ ...options, snapshot: undefined, outlive: false });
  // An image that was deleted and built again is another one under the same name.
  const { ino, mtimeMs } = await stat(options.image.disk);
  return createHash('sha256')
    .update(version)
    .update(JSON.stringify([machine, ino, mtimeMs]))
    .digest('hex');
}

/** A snapshot is only good for a machine with the same devices, so these depend on nothing that changes. */
function qemuArguments(options: MachineOptions): string[] {
  const processor = options.accelerator === 'kvm' ? 'host' : 'max';
  const accelerator = options.accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi';
  return [
    ...['-machine', 'q35', '-accel', accelerator, '-cpu', processor, '-smp', '2', '-m', '2048'],
    ...['-nodefaults', '-display', 'none', '-no-reboot', '-serial', `file:${consoleLog(options.folder)}`],
    ...['-qmp', 'unix:monitor.sock,server=on,wait=off', '-pidfile', 'qemu.pid'],
    ...['-kernel', options.image.kernel, '-initrd', options.image.initialRamdisk],
    ...['-append', 'root=/dev/vda rw console=ttyS0 quiet mitigations=off'],
    // What a crash of this machine would lose is thrown away anyway.
    ...['-drive', `file=${escapeComma(options.disk)},if=virtio,format=qcow2,cache=unsafe`],
    ...['-drive', `file=${escapeComma(options.seedDisk)},if=virtio,format=raw,readonly=on`],
    // Port 0 lets the kernel choose a free one; restrict keeps the guest away from every network but this forwarding.
    ...[
      '-netdev',
      'user,id=net0,restrict=on,ipv6-prefix=2001:db8:f::,ipv6-host=2001:db8:f::2,hostfwd=tcp:127.0.0.1:0-:22',
    ],
    ...['-device', 'virtio-net-pci,netdev=net0', '-device', 'virtio-rng-pci'],
    ...(options.snapshot === undefined ? [] : ['-loadvm', options.snapshot]),
  ];
}

/** QEMU's option parser splits at commas; two of them stand for one. */
function escapeComma(path: string): string {
  return path.replaceAll(',', ',,');
}

async function connectMonitor(socket: string, child: ChildProcess): Promise<QemuMonitor> {
  const ended = new Promise<never>((_, reject) => {
    child.once('error', (cause) => {
      reject(new TestNodeError('command-missing', 'setpriv or flock is not installed on this machine.', { cause }));
    });
    child.once('close', () => reject(new TestNodeError('boot-failed', 'QEMU ended.')));
  });
  // Looked at through Promise.race below; an end after that is not an error.
  ended.catch(() => undefined);
  const deadline = Date.now() + monitorTimeoutMs;
  for (;;) {
    try {
      return await Promise.race([QemuMonitor.connect(socket), ended]);
    } catch (reason) {
      const retry = reason instanceof TestNodeError && reason.code === 'monitor-failed' && Date.now() < deadline;
      if (!retry) {
        throw reason;
      }
      await Promise.race([delay(monitorRetryMs), ended]);
    }
  }
}
