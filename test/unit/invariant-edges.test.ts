/** Edges of the invariants: what counts for a verdict and what does not, one history each. */
import { describe, expect, test } from 'vitest';
import { broadcast } from '../../src/checker/invariant/broadcast.ts';
import { causalReverse } from '../../src/checker/invariant/causal-reverse.ts';
import { failureDetector } from '../../src/checker/invariant/failure-detector.ts';
import { finalCounter } from '../../src/checker/invariant/final-counter.ts';
import { lockHolds } from '../../src/checker/invariant/lock.ts';
import { monotonic } from '../../src/checker/invariant/monotonic.ts';
import { sequentialInserts } from '../../src/checker/invariant/sequential.ts';
import { setByLastRead } from '../../src/checker/invariant/set.ts';
import { setFull } from '../../src/checker/invariant/set-full.ts';
import { totalOrder } from '../../src/checker/invariant/total-order.ts';
import { totalQueue } from '../../src/checker/invariant/total-queue.ts';
import { uniqueIds } from '../../src/checker/invariant/unique-ids.ts';
import { watchStreams } from '../../src/checker/invariant/watch.ts';
import { writeSkew } from '../../src/checker/invariant/write-skew.ts';
import { anomaliesOf } from '../../src/checker/verdict.ts';
import { convergence } from '../../src/checker/weak/convergence.ts';
import { at, crashed, did, failed, judged, type Line, typesOf } from '../support/judged.ts';

const final = { final: true };

describe('sets', () => {
  test('of two adds of one element the one that ended first makes it due', () => {
    const verdict = judged(
      setByLastRead(),
      did(0, 'add', 1),
      at(2, 'invoke', 'add', 1),
      at(1, 'invoke', 'read', null),
      at(2, 'ok', 'add', 1),
      at(1, 'ok', 'read', []),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'lost', operations: [0, 3] }]);
  });

  test('elements that are there though nobody said so are counted as recovered', () => {
    const shown = did(1, 'read', null, [1, 2, 3]);
    const verdict = judged(
      setByLastRead(),
      did(0, 'add', 1),
      did(0, 'add', 2),
      crashed(0, 'add', 3),
      shown,
    );
    expect(verdict.details).toMatchObject({ okCount: 3, recoveredCount: 1 });
  });

  test('a read that failed shows nothing, whatever it says', () => {
    const read = failed(1, 'read', []);
    const lines = [did(0, 'add', 1), did(1, 'read', null, [1]), read] as const;
    expect(judged(setFull(), ...lines).valid).toBe(true);
    expect(judged(setByLastRead(), ...lines).valid).toBe(true);
    const older = [did(0, 'write', 1), did(0, 'write', 2), failed(1, 'read', [2])] as const;
    expect(judged(causalReverse(), ...older, did(1, 'read', null, [1, 2])).valid).toBe(true);
    const lower = [did(1, 'read', null, 3), failed(1, 'read', 2), did(1, 'read', null, 4)] as const;
    expect(judged(monotonic(), ...lower).valid).toBe(true);
    const holes = failed(1, 'read', ['b', null]);
    expect(judged(sequentialInserts(), did(1, 'read', null, ['b', 'a']), holes).valid).toBe(true);
  });
});

describe('causal reverse', () => {
  test('goes by acknowledgements, in whatever order the writes began', () => {
    const verdict = judged(
      causalReverse(),
      at(0, 'invoke', 'write', 1),
      did(1, 'write', 2),
      at(2, 'invoke', 'write', 3),
      at(0, 'ok', 'write', 1),
      at(2, 'ok', 'write', 3),
      did(3, 'read', null, [2, 3]),
    );
    expect(verdict.valid).toBe(true);
  });
});

describe('total queue', () => {
  test('a drain of unknown outcome may have taken everything', () => {
    const lines = [
      ...did(0, 'enqueue', 1),
      ...did(0, 'enqueue', 2),
      ...crashed(2, 'drain', null),
      ...did(1, 'dequeue', null, null),
    ];
    expect(typesOf(judged(totalQueue(), lines))).toEqual([]);
  });

  test('what came out of enqueues of unknown outcome is recovered, as often as it was put in', () => {
    const lines = [
      ...did(0, 'enqueue', 1),
      ...crashed(2, 'enqueue', 1),
      ...did(1, 'dequeue', null, 1),
      ...did(1, 'dequeue', null, 1),
      ...did(1, 'dequeue', null, 1),
    ];
    expect(judged(totalQueue(), lines).details).toMatchObject({ recovered: [1], duplicated: [1] });
    // One came out, and that may be the one that was acknowledged.
    const one = lines.slice(0, 6);
    expect(judged(totalQueue(), one).details).toMatchObject({ recovered: [], duplicated: [] });
  });
});

describe('write skew', () => {
  test('is not judged where nobody could insert anything', () => {
    const refused = [failed(0, 'insert', ['k', [1, null]]), failed(1, 'insert', ['k', [null, 2]])];
    expect(judged(writeSkew(), ...refused).valid).toBe('unknown');
    const one = [did(0, 'insert', ['k', [1, null]]), failed(1, 'insert', ['k', [null, 2]])];
    expect(judged(writeSkew(), ...one).valid).toBe(true);
  });
});

describe('convergence', () => {
  test('is judged by reads that began after the last update', () => {
    const verdict = judged(
      convergence(),
      did(0, 'add', 1),
      did(1, 'read', null, [1], final),
      did(0, 'add', 2),
      did(1, 'read', null, [1, 2], final),
      did(2, 'read', null, [1, 2], final),
    );
    expect(verdict.valid).toBe(true);
    expect(verdict.details).toMatchObject({ finalReadCount: 2 });
  });
});

describe('counters and ids', () => {
  test('an amount that is no whole number leaves the sum open', () => {
    for (const amount of ['x', 0.5]) {
      const verdict = judged(finalCounter(), did(0, 'add', amount), did(1, 'read', null, 7, final));
      expect(verdict.valid).toBe('unknown');
    }
  });

  test('ids of several types have no range', () => {
    const ids = (...all: (string | number)[]): Line[] =>
      all.flatMap((id) => did(0, 'generate', null, id));
    expect(judged(uniqueIds(), ids(3, 1, 2)).details).toMatchObject({ range: [1, 3] });
    expect(judged(uniqueIds(), ids(3, 'a', 2)).details).not.toHaveProperty('range');
  });
});

describe('locks', () => {
  test('are mutexes with one permit and semaphores with more', () => {
    const acquire = (process: number): Line[] => did(process, 'acquire', null);
    const two = [acquire(0), acquire(1), acquire(2)] as const;
    expect(anomaliesOf(judged(lockHolds(), acquire(0), acquire(1)))[0]?.model).toBe('mutex');
    expect(anomaliesOf(judged(lockHolds({ permits: 2 }), ...two))[0]?.model).toBe('semaphore');
  });
});

describe('total order', () => {
  const sent = [1, 2, 3].map((message) => did(0, 'broadcast', message));
  const read = (messages: readonly number[], last = false): Line[] =>
    did(1, 'read', null, messages, { final: last });

  test('a message that comes twice is told of the longest log and of those that differ from it', () => {
    const prefix = judged(totalOrder(), ...sent, read([1, 2, 1]), read([1, 2, 1, 3]));
    expect(anomaliesOf(prefix)).toMatchObject([{ type: 'duplicate', operations: [8] }]);
    const other = judged(totalOrder(), ...sent, read([3, 3]), read([1, 2, 3]));
    expect(typesOf(other).toSorted()).toEqual(['divergence', 'duplicate']);
    const later = judged(totalOrder(), ...sent, read([1, 3, 3]), read([1, 2, 3, 4]));
    expect(typesOf(later).toSorted()).toEqual(['divergence', 'duplicate', 'phantom']);
  });

  test('a final log that differs from the longest is told once', () => {
    const crash = [...sent.slice(0, 1), crashed(3, 'broadcast', 2), crashed(4, 'broadcast', 3)];
    const verdict = judged(totalOrder(), ...crash, read([1, 2, 3]), read([1, 3], true));
    expect(typesOf(verdict)).toEqual(['divergence']);
  });
});

describe('broadcast', () => {
  const send = (process: number, message: number, node = 'n1'): Line[] =>
    did(process, 'broadcast', message, null, { node });
  const read = (node: string, messages: readonly number[], last = false): Line[] =>
    did(9, 'read', null, messages, { node, final: last });

  test('agreement goes by the first that showed a message', () => {
    const verdict = judged(
      broadcast(),
      send(0, 2),
      crashed(1, 'broadcast', 1),
      read('n1', [1, 2]),
      read('n2', [2], true),
      read('n1', [1, 2], true),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'divergence', operations: [2, 4, 6] }]);
  });

  test('fifo goes by acknowledgements, in whatever order the messages were sent', () => {
    const verdict = judged(
      broadcast({ order: 'fifo' }),
      at(0, 'invoke', 'broadcast', 1, { node: 'n1' }),
      send(1, 2),
      send(1, 3),
      at(0, 'ok', 'broadcast', null),
      read('n2', [3]),
      read('n1', [1, 2, 3], true),
    );
    expect(anomaliesOf(verdict)).toMatchObject([{ type: 'out-of-order', operations: [1, 3, 6] }]);
  });

  test('causal goes by all that was shown, not by the last of it', () => {
    const verdict = judged(
      broadcast({ order: 'causal' }),
      send(0, 1, 'n3'),
      send(0, 2, 'n3'),
      read('n1', [1, 2]),
      send(1, 4),
      // Before 4 it has 2, and not 1.
      read('n2', [2, 4, 1], true),
      read('n1', [1, 2, 4], true),
      read('n3', [1, 2, 4], true),
    );
    expect(typesOf(verdict)).toContain('out-of-order');
    const causal = anomaliesOf(verdict).find(({ operations }) => operations.includes(6));
    expect(causal?.operations).toEqual([0, 4, 6, 8]);
  });

  test('reads of a node count in the order in which they returned', () => {
    const lines = [
      ...send(0, 1, 'n3'),
      at(5, 'invoke', 'read', null, { node: 'n1' }),
      at(6, 'invoke', 'read', null, { node: 'n1' }),
      at(6, 'ok', 'read', [1]),
      ...send(1, 2),
      at(5, 'ok', 'read', [1, 2]),
      ...read('n2', [2, 1], true),
    ];
    expect(typesOf(judged(broadcast({ order: 'causal' }), lines))).toEqual(['out-of-order']);
  });
});

describe('watch', () => {
  test('a final watch that still brought something is not the end', () => {
    const lines = [did(0, 'write', 'a', 1), did(0, 'write', 'b', 2)] as const;
    const still = did(1, 'watch', { from: 1 }, [[1, 'a']], final);
    const verdict = judged(watchStreams(), ...lines, still);
    expect(typesOf(verdict)).toEqual([]);
    expect(verdict.valid).toBe('unknown');
  });
});

describe('failure detectors', () => {
  test('an answer that failed suspects nobody', () => {
    const answer = [
      at(1, 'invoke', 'read', ['n2'], { node: 'n1', final: true }),
      at(1, 'fail', 'read', ['n2'], { node: 'n1', final: true }),
    ];
    expect(typesOf(judged(failureDetector(), answer))).toEqual([]);
  });
});
