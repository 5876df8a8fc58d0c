/** The memory and the threads of another process, through `/proc`. All calls are synchronous. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs';
import { assert } from '../../base/assert.js';
/** The process ended while it was being looked at. */
export class ProcessGone extends Error {
  name = 'ProcessGone';
}
/** Opens the memory of a process for the time of `work`. */
export function withMemory(pid, work) {
  return goneIfGone(pid, () => {
    const memory = new ProcessMemory(openSync(`/proc/${pid}/mem`, 'r+'));
    try {
      return work(memory);
    } finally {
      memory.close();
    }
  });
}
/**
 * The memory of the program that the process ran when it was opened. After an `exec` it still
 * accepts writes, into an image that nobody runs any more: never keep one open.
 */
export class ProcessMemory {
  #file;
  constructor(file) {
    this.#file = file;
  }
  /** Shorter than asked for, or empty, where nothing is mapped or the process has ended. */
  read(address, sizeBytes) {
    const bytes = Buffer.alloc(sizeBytes);
    try {
      return bytes.subarray(0, readSync(this.#file, bytes, 0, sizeBytes, checked(address)));
    } catch (error) {
      if (codeOf(error) === 'EIO') return bytes.subarray(0, 0);
      throw error;
    }
  }
  write(address, bytes) {
    const count = writeSync(this.#file, bytes, 0, bytes.length, checked(address));
    // The file gives up its memory when the process ends.
    if (count < bytes.length) throw new ProcessGone('the process ended while it was written to');
  }
  close() {
    closeSync(this.#file);
  }
}
/**
 * A position must be a safe `number`. As a bigint, `writeSync` would silently write at the
 * file's current position instead.
 */
function checked(address) {
  assert(Number.isSafeInteger(address) && address > 0, `no address: ${address}`);
  return address;
}
export function readProc(pid, file) {
  return goneIfGone(pid, () => readFileSync(`/proc/${pid}/${file}`, 'latin1'));
}
export function threadIds(pid) {
  return goneIfGone(pid, () => readdirSync(`/proc/${pid}/task`).map(Number));
}
/** `R` running, `S` sleeping, `T` stopped, `Z` ended, … undefined for a thread that is gone. */
export function threadState(pid, threadId) {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${threadId}/stat`, 'latin1');
    // The second field is the program's name in brackets, which may hold brackets itself.
    return stat[stat.lastIndexOf(')') + 2];
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
/** The address that a stopped thread will go on at; undefined while it is on a processor. */
export function programCounter(pid, threadId) {
  const words = readProc(pid, `task/${threadId}/syscall`).trim().split(' ');
  const last = words.at(-1) ?? 'running';
  return last === 'running' ? undefined : Number(last);
}
/** True if a stop signal has been sent to the process and has not taken effect yet. */
export function isStopPending(pid) {
  const status = readProc(pid, 'status');
  const stopBit = 1n << 18n;
  return ['SigPnd', 'ShdPnd'].some((field) => {
    const mask = new RegExp(`^${field}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0';
    return (BigInt(`0x${mask}`) & stopBit) !== 0n;
  });
}
function goneIfGone(pid, work) {
  try {
    return work();
  } catch (cause) {
    if (isGone(cause)) throw new ProcessGone(`process ${pid} is gone`, { cause });
    throw cause;
  }
}
function isGone(error) {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ESRCH';
}
/** `EACCES`, `EIO`, …; undefined for an error that is not the system's. */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
