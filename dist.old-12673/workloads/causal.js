/**
 * Causal consistency: sessions read registers and then write others, so that writes depend on
 * what was read. Nobody may see such a write without what its writer had seen; and each session
 * sees its own writes, and never an older value after a newer one.
 *
 * A session is one process, which keeps to one node. A few registers at a time are worked on by
 * all, so that chains of reads and writes pass through many sessions; then come new ones.
 */
import {
  convergence,
  drawInt,
  drawUnit,
  eachThread,
  enough,
  fork,
  of,
  phases,
  registerClient,
  secondsToNs,
  sessions,
  sleep,
  weakModel,
} from '../src/sdk.js';

const sessionGuarantees = [
  'read-your-writes',
  'monotonic-reads',
  'monotonic-writes',
  'writes-follow-reads',
];
/** Registers that are read at the end; more would take longer than the run. */
const lastReadsMax = 20;
/**
 * A write follows the value that it replaces and one of another register: so versions of a
 * register are ordered by who read what, and a reader can be shown to have missed one.
 */
function readThenWrite({ keyCount, opsPerGroup, writeShare }) {
  return {
    begin: { kind: 'first' },
    next(stage, source, serial) {
      if (stage.kind === 'write') return [{ f: 'write', key: stage.key, value: serial }, source];
      const [place, rest] = drawInt(source, keyCount);
      const key = Math.floor(serial / opsPerGroup) * keyCount + place;
      return [{ f: 'read', key, value: null }, rest];
    },
    ended(stage, { f, key }, source) {
      const [chance, rest] = drawUnit(source);
      const read = f === 'read' && typeof key === 'number' ? key : undefined;
      const after = (state) => [{ state, restNs: 0 }, rest];
      if (read === undefined) return after({ kind: 'first' });
      if (stage.kind !== 'second' || read === stage.notKey)
        return after({ kind: 'second', notKey: read });
      return after(chance < writeShare ? { kind: 'write', key: read } : { kind: 'first' });
    },
  };
}
/** Every session reads the newest registers once more: by now all should answer the same. */
function lastReads(keys, settleNs) {
  const newest = keys.slice(-lastReadsMax);
  const reads = of(...newest.map((key) => ({ f: 'read', key, value: null, final: true })));
  return phases(sleep(settleNs), eachThread(reads));
}
export default {
  name: 'causal',
  aliases: [],
  summary: 'Sessions that read and then write; causal, with session guarantees.',
  object: 'register',
  functions: ['read', 'write'],
  options: {
    'key-count': { summary: 'registers that are in use at a time', default: '8' },
    'ops-per-group': { summary: 'operations on these before new ones come', default: '800' },
    settle: { summary: 'seconds without load before the last reads', default: '3' },
    writes: { summary: 'the probability that two reads are followed by a write', default: '0.3' },
  },
  defaults: { rate: 500, concurrency: '4n' },
  models: ['causal', 'causal-convergence', 'causal-memory', 'pram', 'sequential'],
  generator({ rng, options }) {
    const load = {
      keyCount: Number(options['key-count']),
      opsPerGroup: Number(options['ops-per-group']),
      writeShare: Number(options['writes']),
    };
    const settleNs = secondsToNs(Number(options['settle']));
    return {
      main: sessions(fork(rng, 'load'), readThenWrite(load)),
      final: (keys) => lastReads(keys, settleNs),
    };
  },
  maelstrom: registerClient,
  checkers(model) {
    const common = [convergence({ updates: ['write'] }), enough(['read', 'write'])];
    const guarantees = sessionGuarantees.map((name) => weakModel(name));
    return [weakModel(model), ...(model === 'causal' ? guarantees : []), ...common];
  },
};
