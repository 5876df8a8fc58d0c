/** Can clocks be skewed on this machine? Found out by doing it, to a child of dsx's own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf, TargetError } from '../../base/errors.js';
import { writeSkew } from './patch.js';
import { codeOf } from './process-memory.js';

const limitMs = 10_000;
const probeOffsetMs = 3_600_000;
/** Tells the wall clock and the monotonic clock, in ms, whenever it is asked. */
const program = `process.stdin.on('data', () => process.stdout.write(
  Date.now() + ' ' + process.hrtime.bigint() / 1000000n + '\\n'))`;
/** Why not, with what would allow it; undefined if they can. */
export async function clocksUnsupported() {
  if (process.platform !== 'linux')
    return `clocks can be skewed on Linux only (dsx patches the vDSO of the running processes), and this is ${process.platform}. Run dsx in a Linux virtual machine, or leave out the nemesis "clock".`;
  if (process.arch !== 'x64')
    return `clocks can be skewed on x86-64 only so far, and this machine is ${process.arch}. Leave out the nemesis "clock".`;
  const child = spawn(process.execPath, ['-e', program]);
  // Without a listener an error of the child (it cannot start, its pipe breaks) would end dsx.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  try {
    await probe(child, AbortSignal.timeout(limitMs));
    return undefined;
  } catch (error) {
    return `clocks cannot be skewed here: ${reasonOf(error)}. Leave out the nemesis "clock".`;
  } finally {
    child.kill('SIGKILL');
  }
}
async function probe(child, signal) {
  const before = await ask(child, signal);
  const offsetNs = BigInt(probeOffsetMs) * 1000000n;
  const baseNs = BigInt(Date.now()) * 1000000n;
  if (child.pid === undefined) throw new TargetError('a child process did not start');
  writeSkew(child.pid, { offsetNs, baseNs, rate: 0 }, () => false);
  const after = await ask(child, signal);
  const monotonicMs = after.monotonicMs - before.monotonicMs;
  const shiftMs = after.wallMs - before.wallMs - monotonicMs;
  if (Math.abs(shiftMs - probeOffsetMs) > 1000)
    throw new TargetError(
      `after patching a process by ${probeOffsetMs} ms, its clock had moved by ${shiftMs} ms`,
    );
}
async function ask(child, signal) {
  child.stdin.write('?\n');
  const [answer] = await once(child.stdout, 'data', { signal });
  const [wallMs = Number.NaN, monotonicMs = Number.NaN] = answer
    .toString('latin1')
    .trim()
    .split(' ')
    .map(Number);
  return { wallMs, monotonicMs };
}
function reasonOf(error) {
  const code = codeOf(error);
  if (code === 'EACCES' || code === 'EPERM')
    return `this user may not change the memory of a process of its own (${messageOf(error)}). It takes /proc/sys/kernel/yama/ptrace_scope 0 or 1 and, in a container, the capability SYS_PTRACE`;
  if (code === 'EIO' || code === 'EFAULT')
    return `the kernel refuses writes to the code of a process (${messageOf(error)}). It takes the boot parameter proc_mem.force_override=always`;
  return messageOf(error);
}
