import { spawn } from 'node:child_process';
import { TestNodeError } from './testNodeError.ts';

/** How QEMU runs the guest: `kvm` on the processor itself, `tcg` by translation, some ten times slower. */
export type Accelerator = 'kvm' | 'tcg';

/** How long the firmware may take under KVM to say its first word. It takes far less than a second. */
const trialTimeoutMs = 10_000;

/** The I/O port on which QEMU's firmware, SeaBIOS, writes its log. */
const firmwareLogPort = '0x402';

/**
 * Finds out whether KVM works by letting it run the firmware up to its first log line. That `/dev/kvm` exists and that
 * QEMU starts do not say enough: in some containers and nested machines the first instruction fails.
 * The environment variable KSR_VM_ACCELERATOR (`kvm` or `tcg`) decides instead of the trial.
 */
export async function chooseAccelerator(): Promise<Accelerator> {
  const wanted = process.env['KSR_VM_ACCELERATOR'];
  if (wanted === 'kvm' || wanted === 'tcg') {
    return wanted;
  }
  return (await firmwareRunsUnderKvm()) ? 'kvm' : 'tcg';
}

function firmwareRunsUnderKvm(): Promise<boolean> {
  const child = spawn(
    'qemu-system-x86_64',
    [
      ...['-machine', 'q35,accel=kvm', '-cpu', 'host', '-nodefaults', '-display', 'none', '-no-reboot'],
      ...['-chardev', 'stdio,id=log', '-device', `isa-debugcon,iobase=${firmwareLogPort},chardev=log`],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'], timeout: trialTimeoutMs, killSignal: 'SIGKILL' },
  );
  return new Promise((resolve, reject) => {
    let log = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      log += text;
      if (log.includes('SeaBIOS')) {
        child.kill('SIGKILL');
        resolve(true);
      }
    });
    child.once('error', (cause) => {
      reject(new TestNodeError('command-missing', 'qemu-system-x86_64 is not installed on this machine.', { cause }));
    });
    child.once('close', () => resolve(false));
  });
}
