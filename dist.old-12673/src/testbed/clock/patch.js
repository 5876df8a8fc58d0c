/**
 * Gives one running process a wall clock of its own, by patching its copy of the vDSO.
 *
 * The stub goes into the unused end of the image, and the functions that tell the time get a
 * jump to it as their first instruction. Only that needs the process stopped, once, for a few
 * milliseconds. The bodies of the old functions stay where they are, for threads inside them.
 * It works for any program that asks libc, or the vDSO itself as Go does; not for one that
 * makes the system call by itself, for file times, nor for the kernel's own waits until a
 * wall-clock deadline. A forked child inherits the skew; an `exec` loses it.
 */
import { assert } from '../../base/assert.js';
import { TargetError } from '../../base/errors.js';
import { codeOf, ProcessGone, readProc, withMemory } from './process-memory.js';
import { whileStopped } from './stopped.js';
import * as code from './stub.js';
import { functionOffsets, isX64Image, roomFor, vdsoMapping } from './vdso.js';

const jumpBytes = 5;
const stopLimitMs = 2000;
/** Where the stub is, for each process seen; verified by its magic before each use. */
const stubAddresses = new Map();
/**
 * Makes the process's clock follow `slot`. Patches it first if it has to.
 * @throws ProcessGone if it ended; TargetError if it cannot be patched.
 */
export function writeSkew(pid, slot, staysStopped) {
  assert(pid !== process.pid, 'dsx does not skew its own clock');
  const stubAt = stubAddress(pid) ?? install(pid, staysStopped);
  withMemory(pid, (memory) => {
    const data = memory.read(stubAt, code.magicAt + code.magic.length);
    if (!hasMagic(data)) throw new ProcessGone(`process ${pid} runs another program now`);
    const live = Number(data.readBigInt64LE(code.selectorAt));
    const next = live === code.slots[0] ? code.slots[1] : code.slots[0];
    try {
      memory.write(stubAt + next, code.slotToBytes(slot));
      memory.write(stubAt + code.selectorAt, Buffer.from([next]));
    } catch (cause) {
      if (codeOf(cause) !== 'EIO') throw cause;
      throw new ProcessGone(`process ${pid} runs another program now`, { cause });
    }
  });
}
/**
 * The skew that is in force in the process, read from its memory; undefined if it was never
 * patched, and so has the true time.
 * @throws ProcessGone if it ended.
 */
export function readSkew(pid) {
  const stubAt = stubAddress(pid);
  if (stubAt === undefined) return undefined;
  return withMemory(pid, (memory) => {
    const data = memory.read(stubAt, code.magicAt + code.magic.length);
    return hasMagic(data) ? code.liveSlot(data) : undefined;
  });
}
/** Forgets a process that is gone. */
export function forgetProcess(pid) {
  stubAddresses.delete(pid);
}
function hasMagic(data) {
  return data.toString('latin1', code.magicAt) === code.magic;
}
/** The address of a stub that is installed with all its jumps. */
function stubAddress(pid) {
  const known = stubAddresses.get(pid);
  if (known !== undefined && holdsStub(pid, known)) return known;
  stubAddresses.delete(pid);
  const mapping = mappingOf(pid);
  if (mapping === undefined) return undefined;
  const image = withMemory(pid, (memory) => memory.read(mapping.address, mapping.sizeBytes));
  if (image.length < mapping.sizeBytes) throw new ProcessGone(`process ${pid} is gone`);
  const at = image.indexOf(code.magic, 0, 'latin1') - code.magicAt;
  if (at < 0) return undefined;
  // Bytes without jumps are what an install leaves that was killed half-way.
  const isWhole = jumps(image, at).every(({ from, bytes }) =>
    image.subarray(from, from + jumpBytes).equals(bytes),
  );
  if (!isWhole) return undefined;
  stubAddresses.set(pid, mapping.address + at);
  return mapping.address + at;
}
function holdsStub(pid, address) {
  return withMemory(pid, (memory) =>
    hasMagic(memory.read(address, code.magicAt + code.magic.length)),
  );
}
function install(pid, staysStopped) {
  const mapping = mappingOf(pid);
  if (mapping === undefined)
    throw new TargetError(`process ${pid} has no vDSO: its clock cannot be skewed`);
  if (isOurs(pid, mapping))
    throw new ProcessGone(`process ${pid} has not become the node's program yet`);
  return withMemory(pid, (memory) => {
    const image = memory.read(mapping.address, mapping.sizeBytes);
    if (image.length < mapping.sizeBytes) throw new ProcessGone(`process ${pid} is gone`);
    const half = image.indexOf(code.magic, 0, 'latin1') - code.magicAt;
    const at = half >= 0 ? half : placeForStub(pid, image);
    const changes = jumps(image, at);
    const forbidden = changes.map(
      // A thread at the very first byte will take the jump as a whole; that is fine.
      ({ from }) => ({
        from: mapping.address + from + 1,
        to: mapping.address + from + jumpBytes,
      }),
    );
    whileStopped(pid, { forbidden, staysStopped, limitMs: stopLimitMs }, () => {
      writeAll(memory, mapping.address, at, changes);
    });
    stubAddresses.set(pid, mapping.address + at);
    return mapping.address + at;
  });
}
/** The stub before the jumps: nothing must lead to it before it is there. */
function writeAll(memory, imageAt, stubAt, changes) {
  memory.write(imageAt + stubAt, code.stub);
  for (const { from, bytes } of changes) memory.write(imageAt + from, bytes);
}
function placeForStub(pid, image) {
  if (!isX64Image(image))
    throw new TargetError(
      `process ${pid} is not a 64-bit x86 program: its clock cannot be skewed by patching its vDSO`,
    );
  const at = roomFor(image, code.stub.length);
  if (at === undefined)
    throw new TargetError(
      `the vDSO of this kernel has no ${code.stub.length} unused bytes at its end: clocks cannot be skewed by patching it`,
    );
  return at;
}
function jumps(image, stubAt) {
  const offsets = functionOffsets(image);
  return code.replacements.flatMap(({ name, entryAt }) => {
    const from = offsets.get(name);
    if (from === undefined) return [];
    const bytes = Buffer.alloc(jumpBytes, 0xe9);
    bytes.writeInt32LE(stubAt + entryAt - (from + jumpBytes), 1);
    return [{ from, bytes }];
  });
}
function mappingOf(pid) {
  const maps = readProc(pid, 'maps');
  // A process that has ended and was not waited for has no memory left.
  if (maps === '') throw new ProcessGone(`process ${pid} is gone`);
  return vdsoMapping(maps);
}
/**
 * True for a child of dsx between fork and exec: it may still share dsx's own memory, and to
 * patch it would be to patch dsx. Its memory map is then ours to the letter.
 */
function isOurs(pid, mapping) {
  const ours = readProc(process.pid, 'maps');
  if (vdsoMapping(ours)?.address !== mapping.address) return false;
  return readProc(pid, 'maps') === ours;
}
