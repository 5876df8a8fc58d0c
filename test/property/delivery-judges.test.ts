/** Broadcasts and watches against naive judges: every pair, in the words of the definitions. */
import { describe, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import type { Random } from '../../src/base/prng.ts';
import { broadcast } from '../../src/checker/invariant/broadcast.ts';
import { totalOrder } from '../../src/checker/invariant/total-order.ts';
import { watchStreams } from '../../src/checker/invariant/watch.ts';
import {
  type Asked,
  agree,
  type Judged,
  one,
  type Plain,
  type SmallPlan,
  shuffled,
} from '../support/naive-judges.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 400);
const nodes = ['n1', 'n2', 'n3'];

type Reader = Plain & { readonly shown: readonly Json[] };

function readersOf(operations: readonly Plain[]): readonly Reader[] {
  return operations
    .filter(({ f, isOk }) => f === 'read' && isOk)
    .map((operation) => ({ ...operation, shown: operation.output as readonly Json[] }));
}

/** Messages 0, 1, 2, … each sent once; reads show some of them in some order. */
function messages(random: Random): SmallPlan {
  const isTidy = random.chance(0.7);
  const isGrowing = random.chance(0.5);
  const read = (node: string, luck: number): Asked => ({
    f: 'read',
    input: null,
    node,
    answer: (before) => {
      const sent = before.filter(({ f }) => f === 'broadcast').map(({ input }) => input);
      const order = isTidy ? sent : shuffled(random, sent);
      const shown = luck < 0.6 ? order : order.slice(0, random.int(order.length + 1));
      const lies: readonly Json[] = random.chance(0.04) ? [one(random, [...sent, 9])] : [];
      return [...shown, ...lies];
    },
  });
  return {
    operations: 8,
    clients: 3,
    fail: 0.05,
    ask: (drawn, place) =>
      drawn.chance(0.5)
        ? { f: 'broadcast', input: place, node: one(drawn, nodes), answer: () => null }
        : read(one(drawn, nodes), isGrowing ? 0.5 : drawn.unit()),
    finals: (drawn) =>
      drawn.chance(0.8)
        ? nodes.slice(0, 1 + drawn.int(3)).map((node) => read(node, drawn.chance(0.9) ? 0 : 1))
        : [],
  };
}

/** No read shows a message twice, or one that nobody sent before the read ended. */
function integrity(operations: readonly Plain[]): Set<string> {
  const types = new Set<string>();
  const sends = operations.filter(({ f }) => f === 'broadcast');
  for (const { shown, end } of readersOf(operations))
    for (const [i, message] of shown.entries()) {
      if (shown.indexOf(message) < i) types.add('duplicate');
      const isSent = sends.some(
        (send) => send.input === message && !send.failed && send.begin < end,
      );
      if (!isSent) types.add('phantom');
    }
  return types;
}

/** True if the one list begins with the other. */
function isPrefix(short: readonly Json[], long: readonly Json[]): boolean {
  return short.length <= long.length && short.every((message, i) => message === long[i]);
}

function reliable(operations: readonly Plain[]): Judged & { readonly types: Set<string> } {
  const types = integrity(operations);
  const reads = readersOf(operations);
  const sends = operations.filter(({ f }) => f === 'broadcast');
  for (const final of reads.filter((read) => read.final))
    for (const send of sends) {
      if (final.shown.includes(send.input)) continue;
      const isShown = reads.some(
        ({ shown, end }) => end < final.begin && shown.includes(send.input),
      );
      if (send.end < final.begin) types.add('lost');
      else if (isShown) types.add('divergence');
    }
  const tookEffect = sends.some(({ failed }) => !failed);
  return { types, open: !tookEffect || !reads.some(({ final }) => final) };
}

/** By each log of a node: does a message come without, or before, one that must come first? */
function ordered(operations: readonly Plain[], order: 'fifo' | 'causal'): Judged {
  const { types, open } = reliable(operations);
  const reads = readersOf(operations);
  const sends = operations.filter(({ f }) => f === 'broadcast');
  const mustPrecede = (a: Plain, b: Plain): boolean => {
    if (a.node === b.node && a.end < b.begin) return true;
    return (
      order === 'causal' &&
      a !== b &&
      reads.some(
        ({ node, end, shown }) => node === b.node && end < b.begin && shown.includes(a.input),
      )
    );
  };
  const also = new Set<string>();
  for (const node of nodes) {
    const own = reads.filter((read) => read.node === node);
    for (const [i, one] of own.entries())
      for (const [j, other] of own.entries()) {
        if (i === j) continue;
        if (!isPrefix(one.shown, other.shown) && !isPrefix(other.shown, one.shown)) {
          // Which of two stories is that of the node, and what it lost, is open then.
          types.add('out-of-order');
          also.add('lost');
        } else if (one.end < other.begin && other.shown.length < one.shown.length)
          types.add('lost');
      }
    for (const { shown } of own)
      for (const a of sends)
        for (const b of sends) {
          const [atA, atB] = [shown.indexOf(a.input), shown.indexOf(b.input)];
          if (atB >= 0 && (atA < 0 || atA > atB) && mustPrecede(a, b)) types.add('out-of-order');
        }
  }
  return { types, open, also };
}

/** Of any two reads one is a prefix of the other, and final ones lack nothing known by then. */
function total(operations: readonly Plain[]): Judged {
  const types = integrity(operations);
  const reads = readersOf(operations);
  const sends = operations.filter(({ f }) => f === 'broadcast');
  for (const a of reads)
    for (const b of reads)
      if (!isPrefix(a.shown, b.shown) && !isPrefix(b.shown, a.shown)) types.add('divergence');
  for (const final of reads.filter((read) => read.final)) {
    const lost = sends.filter(
      ({ input, end }) => end < final.begin && !final.shown.includes(input),
    );
    if (lost.length > 0) types.add('lost');
    const wasAhead = reads.some(({ shown, end }) => {
      const missing = shown[final.shown.length];
      return (
        missing !== undefined &&
        end < final.begin &&
        isPrefix(final.shown, shown) &&
        !final.shown.includes(missing) &&
        !lost.some(({ input }) => input === missing)
      );
    });
    if (wasAhead) types.add('divergence');
  }
  return { types, open: !reads.some(({ shown }) => shown.length > 0) };
}

describe('broadcasts', () => {
  const found = ['unknown', 'duplicate', 'phantom', 'lost', 'divergence'];

  test('reliable', () => {
    agree(broadcast(), messages, reliable, { runs, types: found });
  });

  test.each(['fifo', 'causal'] as const)('%s', (order) => {
    const types = [...found, 'out-of-order'];
    agree(broadcast({ order }), messages, (operations) => ordered(operations, order), {
      runs,
      types,
    });
  });

  test('total order', () => {
    agree(totalOrder(), messages, total, { runs, types: found });
  });
});

/** Values 0, 1, 2, … at revisions 1, 2, 3, …; watchers get some of what was written. */
function changes(random: Random): SmallPlan {
  const luck = random.unit();
  const watch = (from: number | null): Asked => ({
    f: 'watch',
    input: from === null ? null : { from },
    answer: (before) => {
      const written = before.filter(({ f }) => f === 'write').length;
      const low = random.int(written + 1);
      const many = random.chance(luck) ? written - low : random.int(3);
      const shown: Json[] = [];
      for (let i = low; i < low + many; i += 1) shown.push([i + 1, i]);
      if (random.chance(0.05)) shown.push([1 + random.int(4), random.int(5)]);
      return random.chance(0.1) ? shown.toReversed() : shown;
    },
  });
  let place = 0;
  return {
    operations: 7,
    clients: 3,
    fail: 0.05,
    ask: (drawn) => {
      if (drawn.chance(0.4)) {
        const revision = drawn.chance(0.03) ? 1 + drawn.int(4) : place + 1;
        place += 1;
        return { f: 'write', input: place - 1, answer: () => revision };
      }
      return watch(drawn.chance(0.4) ? 1 + drawn.int(2) : null);
    },
    finals: (drawn) =>
      Array.from({ length: drawn.int(4) }, () => ({ ...watch(null), answer: () => [] })),
  };
}

interface Event {
  readonly revision: number;
  readonly value: Json;
  readonly knownAt: number;
}

function eventsOf(operation: Plain): readonly Event[] {
  const { f, isOk, input, output, end } = operation;
  if (!isOk) return [];
  if (f === 'write') return [{ revision: Number(output), value: input, knownAt: end }];
  return (output as readonly (readonly Json[])[]).map(([revision, value = null]) => ({
    revision: Number(revision),
    value,
    knownAt: end,
  }));
}

function watched(operations: readonly Plain[]): Judged {
  const types = new Set<string>();
  const known = operations.flatMap(eventsOf);
  for (const a of known)
    if (known.some((b) => b.revision === a.revision && b.value !== a.value))
      types.add('inconsistent-event');
  const watches = operations.filter(({ f, isOk }) => f === 'watch' && isOk);
  for (const watch of watches)
    for (const { value } of eventsOf(watch)) {
      const isWritten = operations.some(
        (write) =>
          write.f === 'write' && write.input === value && !write.failed && write.begin < watch.end,
      );
      if (!isWritten) types.add('phantom');
    }
  // Streams: the watches of a process, a new one wherever it says from where.
  const streams: Plain[][] = [];
  for (const watch of watches) {
    const own = streams.findLast(([first]) => first?.process === watch.process);
    if (own === undefined || watch.input !== null) streams.push([watch]);
    else own.push(watch);
  }
  const settled: { readonly above: number; readonly at: number }[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  for (const stream of streams) {
    const from = (stream[0]?.input as { readonly from: number } | null)?.from;
    let above = from === undefined ? undefined : from - 1;
    const got: number[] = [];
    for (const { revision } of stream.flatMap(eventsOf)) {
      const top = got.length === 0 ? undefined : Math.max(...got);
      if (top !== undefined && revision <= top)
        types.add(revision === top ? 'duplicate-event' : 'out-of-order-event');
      else {
        const low = above;
        if (
          low !== undefined &&
          known.some((each) => each.revision > low && each.revision < revision)
        )
          types.add('missed-event');
        above = revision;
      }
      got.push(revision);
    }
    const isCurrent = !streams.some(
      (other) =>
        other !== stream &&
        other[0]?.process === stream[0]?.process &&
        (other[0]?.begin ?? 0) > (stream[0]?.begin ?? 0),
    );
    if (!isCurrent) continue;
    highest = Math.max(highest, ...got);
    const last = stream.at(-1);
    if (above === undefined || last?.final !== true || eventsOf(last).length > 0) continue;
    settled.push({ above, at: last.begin });
  }
  for (const { above, at } of settled)
    if (known.some(({ revision, knownAt }) => revision > above && knownAt < at))
      types.add('missed-event');
  const open = known.some(
    ({ revision }) =>
      revision > highest &&
      !settled.some(({ at }) =>
        known.some((each) => each.revision === revision && each.knownAt < at),
      ),
  );
  return { types, open: open || known.length === 0 || watches.length === 0 };
}

test('watches', () => {
  const types = [
    'unknown',
    'inconsistent-event',
    'phantom',
    'duplicate-event',
    'out-of-order-event',
    'missed-event',
  ];
  agree(watchStreams(), changes, watched, { runs, types });
});
