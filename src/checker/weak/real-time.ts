/**
 * Regular and safe registers (Lamport, "On interprocess communication", 1986), for any number of
 * writers: each read is judged alone against all writes of its key.
 *
 * Regular: the read returns a write that did not begin after it ended, and after which no other
 * write both began and ended before the read began. Safe: the same, but only of reads that
 * overlap no write. An update is a read that is judged, and to all others a write.
 */
import { typeCode } from '../../history/columns.ts';
import { noValue } from '../../history/values.ts';
import {
  initialWrite,
  isWrite,
  opText,
  type RegisterOps,
  thinAir,
  thinAirText,
} from './register-ops.ts';
import { holds, refuted, type WeakResult } from './result.ts';

export function regular(ops: RegisterOps): WeakResult {
  return judge(ops, () => true);
}

export function safe(ops: RegisterOps): WeakResult {
  const overlaps = overlapsWrite(ops);
  return judge(ops, (read) => !overlaps(read));
}

function judge(ops: RegisterOps, applies: (read: number) => boolean): WeakResult {
  // By key: of the writes that returned so far, the one that began last.
  const latest = new Map<number, number>();
  for (const { op, begins } of moments(ops)) {
    const key = ops.key[op] ?? 0;
    if (!begins) {
      const known = latest.get(key);
      const isLatest = known === undefined || (ops.invoked[op] ?? 0) > (ops.invoked[known] ?? 0);
      if (ops.writes[op] === 1 && isLatest) latest.set(key, op);
      continue;
    }
    if (ops.from[op] === isWrite || !applies(op)) continue;
    const result = judgeRead(ops, op, latest.get(key));
    if (result.kind !== 'holds') return result;
  }
  return holds;
}

function judgeRead(ops: RegisterOps, read: number, latest: number | undefined): WeakResult {
  const source = ops.from[read] ?? thinAir;
  if (source === thinAir) return refuted(ops, 'thin-air-read', [read], thinAirText(ops, read));
  if (source >= 0 && (ops.invoked[source] ?? 0) > (ops.returned[read] ?? 0))
    return refuted(
      ops,
      'future-read',
      [read, source],
      `${opText(ops, read)} had ended (event ${ops.returned[read] ?? 0}) before ${opText(ops, source)} began.`,
    );
  const ended = source === initialWrite ? -1 : (ops.returned[source] ?? 0);
  if (latest === undefined || (ops.invoked[latest] ?? 0) < ended) return holds;
  if (latest === source) return holds;
  const old =
    source === initialWrite
      ? 'returned the initial value'
      : `returned the value of ${opText(ops, source)}, which ended at event ${ended}`;
  return refuted(
    ops,
    'stale-read',
    [read, source, latest],
    `${opText(ops, read)} ${old}. But ${opText(ops, latest)} began after that and had ended (event ${ops.returned[latest] ?? 0}) before the read began.`,
  );
}

interface Moment {
  readonly at: number;
  readonly op: number;
  readonly begins: boolean;
}

function moments(ops: RegisterOps): readonly Moment[] {
  const all: Moment[] = [];
  for (let op = 0; op < ops.count; op += 1) {
    all.push({ at: ops.invoked[op] ?? 0, op, begins: true });
    const at = ops.returned[op] ?? 0;
    if (at < Infinity) all.push({ at, op, begins: false });
  }
  return all.toSorted((a, b) => a.at - b.at);
}

/** Whether a read overlaps a write of its key by another, those of unknown outcome included. */
function overlapsWrite(ops: RegisterOps): (read: number) => boolean {
  const overlapping = new Set<number>();
  const crashes = crashedWrites(ops);
  const openWrites = new Map<number, number>();
  const openReads = new Map<number, Set<number>>();
  for (const { op, begins } of moments(ops)) {
    const key = ops.key[op] ?? 0;
    const reads = openReads.get(key) ?? new Set<number>();
    openReads.set(key, reads);
    const open = openWrites.get(key) ?? 0;
    const writes = ops.writes[op] ?? 0;
    openWrites.set(key, open + (begins ? writes : -writes));
    if (begins && writes === 1) for (const read of reads) overlapping.add(read);
    if (ops.from[op] === isWrite) continue;
    const crashed = crashes.get(key) ?? [];
    const ended = ops.returned[op] ?? 0;
    if (begins) {
      reads.add(op);
      // An update of unknown outcome is itself among the crashed, and lasts as long as the others.
      if (open > 0 || (ended === Infinity && crashed.length > 1)) overlapping.add(op);
    } else {
      reads.delete(op);
      if ((crashed[0] ?? Infinity) < ended) overlapping.add(op);
    }
  }
  return (read) => overlapping.has(read);
}

/** By key: where writes and updates of unknown outcome began. Those that nobody read count too. */
function crashedWrites(ops: RegisterOps): ReadonlyMap<number, readonly number[]> {
  const all = ops.history.operations;
  const readId = ops.history.functionId('read');
  const denseKeys = new Map<number, number>();
  for (let op = 0; op < ops.count; op += 1)
    denseKeys.set(all.key[ops.row[op] ?? 0] ?? noValue, ops.key[op] ?? 0);
  const found = new Map<number, number[]>();
  for (let row = 0; row < all.count; row += 1) {
    if (all.outcome[row] !== typeCode.info || all.f[row] === readId) continue;
    const key = denseKeys.get(all.key[row] ?? noValue);
    if (key === undefined) continue;
    const known = found.get(key);
    if (known === undefined) found.set(key, [all.invoke[row] ?? 0]);
    else known.push(all.invoke[row] ?? 0);
  }
  return found;
}
