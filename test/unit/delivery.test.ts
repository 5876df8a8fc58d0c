import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { broadcast } from '../../src/checker/invariant/broadcast.ts';
import { failureDetector } from '../../src/checker/invariant/failure-detector.ts';
import { totalOrder } from '../../src/checker/invariant/total-order.ts';
import { watchStreams } from '../../src/checker/invariant/watch.ts';
import { staleness } from '../../src/checker/staleness.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import { strongConvergence } from '../../src/checker/weak/convergence.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import { at, crashed, did, failed, judged, type Line, typesOf } from '../support/judged.ts';
import { drawn } from '../support/notation.ts';

const send = (process: number, message: Json, node = 'n1'): Line[] =>
  did(process, 'broadcast', message, null, { node });
const read = (node: string, messages: Json, final = false): Line[] =>
  did(9, 'read', null, messages, { node, final });
const operationsOf = (verdict: Verdict): readonly (readonly number[])[] =>
  anomaliesOf(verdict).map(({ operations }) => operations);

describe('broadcast', () => {
  const checker = broadcast();

  test('all final reads with all messages are valid, in whatever order', () => {
    const verdict = judged(
      checker,
      send(0, 1),
      send(1, 2, 'n2'),
      read('n1', [1, 2], true),
      read('n2', [2, 1], true),
    );
    expect(verdict.valid).toBe(true);
  });

  test('nothing sent, nothing read, or nothing read at the end is not a pass', () => {
    expect(judged(checker, send(0, 1)).valid).toBe('unknown');
    expect(judged(checker, read('n1', [], true)).valid).toBe('unknown');
    expect(judged(checker, send(0, 1), read('n1', [1])).valid).toBe('unknown');
    expect(judged(checker, failed(0, 'broadcast', 1), read('n1', [], true)).valid).toBe('unknown');
  });

  test('validity: what was acknowledged is delivered in the end', () => {
    const verdict = judged(checker, send(0, 1), send(0, 2), read('n2', [1], true));
    expect(typesOf(verdict)).toEqual(['lost']);
    expect(operationsOf(verdict)).toEqual([[2, 4]]);
    const later = judged(checker, send(0, 1), read('n2', [1], true), send(0, 2));
    expect(later.valid).toBe(true);
  });

  test('agreement: what one delivered all deliver, even if it was never acknowledged', () => {
    const lines = [send(0, 2), crashed(1, 'broadcast', 1)] as const;
    const verdict = judged(checker, ...lines, read('n1', [1, 2]), read('n2', [2], true));
    expect(typesOf(verdict)).toEqual(['divergence']);
    expect(operationsOf(verdict)).toEqual([[2, 4, 6]]);
    expect(judged(checker, ...lines, read('n2', [2], true), read('n1', [1, 2], true)).valid).toBe(
      true,
    );
  });

  test('integrity: no message twice, or from nowhere', () => {
    expect(typesOf(judged(checker, send(0, 1), read('n1', [1, 1], true)))).toEqual(['duplicate']);
    expect(typesOf(judged(checker, send(0, 1), read('n1', [1, 2], true)))).toEqual(['phantom']);
    const refused = failed(1, 'broadcast', 2);
    expect(typesOf(judged(checker, send(0, 1), refused, read('n1', [1, 2], true)))).toEqual([
      'phantom',
    ]);
  });

  test('fifo: messages sent to one node one after the other are delivered in that order', () => {
    const fifo = broadcast({ order: 'fifo' });
    const two = [send(0, 1), send(5, 2)] as const;
    const verdict = judged(fifo, ...two, read('n2', [2, 1], true));
    expect(typesOf(verdict)).toEqual(['out-of-order']);
    expect(operationsOf(verdict)).toEqual([[0, 2, 4]]);
    expect(judged(checker, ...two, read('n2', [2, 1], true)).valid).toBe(true);
    expect(judged(fifo, ...two, read('n2', [1, 2], true)).valid).toBe(true);
    const toOthers = judged(fifo, send(0, 1), send(0, 2, 'n2'), read('n3', [2, 1], true));
    expect(toOthers.valid).toBe(true);
    const atOnce = judged(
      fifo,
      at(0, 'invoke', 'broadcast', 1, { node: 'n1' }),
      at(1, 'invoke', 'broadcast', 2, { node: 'n1' }),
      at(0, 'ok', 'broadcast', null),
      at(1, 'ok', 'broadcast', null),
      read('n2', [2, 1], true),
    );
    expect(atOnce.valid).toBe(true);
    expect(typesOf(judged(fifo, ...two, read('n2', [2]), read('n2', [2, 1], true)))).toEqual([
      'out-of-order',
    ]);
  });

  test('what a node has delivered stays, in the same order', () => {
    const fifo = broadcast({ order: 'fifo' });
    const three = [send(0, 1, 'n1'), send(1, 2, 'n2'), send(2, 3, 'n3')] as const;
    const swapped = judged(fifo, ...three, read('n1', [1, 2]), read('n1', [2, 1, 3], true));
    expect(typesOf(swapped)).toEqual(['out-of-order']);
    const shrunk = judged(fifo, ...three, read('n1', [1, 2, 3]), read('n1', [1, 2]));
    expect(typesOf(shrunk)).toEqual(['lost']);
    const overlapping = judged(
      fifo,
      ...three,
      at(5, 'invoke', 'read', null, { node: 'n1' }),
      read('n1', [1, 2, 3], true),
      at(5, 'ok', 'read', [1, 2]),
    );
    expect(overlapping.valid).toBe(true);
  });

  test('causal: a message comes after what its node had shown when it was sent', () => {
    const causal = broadcast({ order: 'causal' });
    const lines = [send(0, 1), read('n2', [1]), send(1, 2, 'n2')] as const;
    const verdict = judged(causal, ...lines, read('n3', [2, 1], true));
    expect(typesOf(verdict)).toEqual(['out-of-order']);
    expect(operationsOf(verdict)).toEqual([[0, 2, 4, 6]]);
    expect(typesOf(judged(causal, ...lines, read('n3', [2]), read('n1', [1, 2], true)))).toEqual([
      'out-of-order',
    ]);
    const fifo = broadcast({ order: 'fifo' });
    expect(judged(fifo, ...lines, read('n3', [2, 1], true)).valid).toBe(true);
    expect(judged(causal, ...lines, read('n3', [1, 2], true)).valid).toBe(true);
    const unseen = judged(
      causal,
      send(0, 1),
      send(1, 2, 'n2'),
      read('n2', [1, 2]),
      read('n3', [2, 1], true),
    );
    expect(unseen.valid).toBe(true);
  });
});

describe('one mistake', () => {
  test('of integrity is not told as one of order, too', () => {
    const causal = broadcast({ order: 'causal' });
    const early = judged(causal, read('n1', [1]), send(0, 1), read('n1', [1], true));
    expect(typesOf(early)).toEqual(['phantom']);
  });

  test('of validity is not told as one of agreement, too', () => {
    const lines = [send(0, 1), send(0, 2), read('n1', [1, 2]), read('n2', [1], true)] as const;
    expect(typesOf(judged(totalOrder(), ...lines))).toEqual(['lost']);
  });
});

describe('total order', () => {
  test('what one has delivered is in every final read that begins later', () => {
    const lines = [send(0, 1), crashed(1, 'broadcast', 2)] as const;
    const verdict = judged(totalOrder(), ...lines, read('n1', [1, 2]), read('n2', [1], true));
    expect(typesOf(verdict)).toEqual(['divergence']);
    expect(operationsOf(verdict)).toEqual([[4, 6]]);
    const before = judged(totalOrder(), ...lines, read('n2', [1], true), read('n1', [1, 2], true));
    expect(before.valid).toBe(true);
  });
});

describe('watch', () => {
  const checker = watchStreams();
  const put = (revision: number, value: Json): Line[] => did(0, 'write', value, revision);
  const watch = (process: number, changes: Json, input: Json = null, final = false): Line[] =>
    did(process, 'watch', input, changes, { final });
  const three = [put(1, 'a'), put(2, 'b'), put(5, 'c')] as const;

  test('all changes once and in order are valid', () => {
    const verdict = judged(
      checker,
      ...three,
      watch(1, [[1, 'a']], { from: 1 }),
      watch(1, [
        [2, 'b'],
        [5, 'c'],
      ]),
      watch(1, [], null, true),
    );
    expect(verdict.valid).toBe(true);
  });

  test('a change between two that were shown is not left out', () => {
    const verdict = judged(
      checker,
      ...three,
      watch(1, [
        [1, 'a'],
        [5, 'c'],
      ]),
    );
    expect(typesOf(verdict)).toEqual(['missed-event']);
    expect(operationsOf(verdict)).toEqual([[2, 6]]);
    expect(
      typesOf(
        judged(
          checker,
          ...three,
          watch(
            1,
            [
              [2, 'b'],
              [5, 'c'],
            ],
            { from: 1 },
          ),
        ),
      ),
    ).toEqual(['missed-event']);
    // A stream that does not say where it begins may begin anywhere.
    expect(
      judged(
        checker,
        ...three,
        watch(1, [
          [2, 'b'],
          [5, 'c'],
        ]),
      ).valid,
    ).toBe(true);
  });

  test('the last change is not left out if final watches bring nothing more', () => {
    const begun = [
      ...three,
      watch(1, [
        [1, 'a'],
        [2, 'b'],
      ]),
    ] as const;
    const verdict = judged(checker, ...begun, watch(1, [], null, true));
    expect(typesOf(verdict)).toEqual(['missed-event']);
    expect(judged(checker, ...begun).valid).toBe('unknown');
    expect(judged(checker, ...begun, watch(1, [])).valid).toBe('unknown');
    expect(judged(checker, ...begun, watch(1, [], null, true), put(6, 'd')).valid).toBe(false);
    const later = judged(
      checker,
      put(1, 'a'),
      watch(1, [[1, 'a']]),
      watch(1, [], null, true),
      put(2, 'b'),
    );
    // Nobody looked for b when it was there.
    expect(later.valid).toBe('unknown');
  });

  test('no change comes twice, or after a later one', () => {
    const again = judged(
      checker,
      ...three,
      watch(1, [
        [1, 'a'],
        [2, 'b'],
        [2, 'b'],
        [5, 'c'],
      ]),
    );
    expect(typesOf(again)).toEqual(['duplicate-event']);
    const back = judged(
      checker,
      ...three,
      watch(1, [
        [1, 'a'],
        [2, 'b'],
      ]),
      watch(1, [
        [1, 'a'],
        [5, 'c'],
      ]),
    );
    expect(typesOf(back)).toEqual(['out-of-order-event']);
    const anew = judged(
      checker,
      ...three,
      watch(1, [
        [1, 'a'],
        [2, 'b'],
      ]),
      watch(
        1,
        [
          [1, 'a'],
          [2, 'b'],
          [5, 'c'],
        ],
        { from: 1 },
      ),
    );
    expect(anew.valid).toBe(true);
  });

  test('a revision is one change, and a change was written', () => {
    expect(
      typesOf(judged(checker, ...three, crashed(3, 'write', 'x'), watch(1, [[5, 'x']]))),
    ).toEqual(['inconsistent-event']);
    expect(
      typesOf(
        judged(
          checker,
          ...three,
          watch(1, [
            [5, 'c'],
            [6, 'x'],
          ]),
        ),
      ),
    ).toEqual(['phantom']);
  });

  test('without changes or streams there is nothing to judge', () => {
    expect(judged(checker, ...three).valid).toBe('unknown');
    expect(judged(checker, watch(1, [])).valid).toBe('unknown');
  });
});

describe('failure detector', () => {
  const fault = (kind: string, nodes: readonly string[], detail = {}): Json => ({
    kind,
    f: kind,
    shape: 'one',
    nodes,
    detail,
    description: `${nodes.join(', ')} killed`,
  });
  const nemesis = (value: Json): Line[] => [{ process: 'nemesis', type: 'info', f: 'kill', value }];
  const kill = (node: string, permanent = true): Line[] =>
    nemesis({ fault: fault('kill', [node], { permanent }), evidence: 'gone' });
  const restart = nemesis({ stopped: 'kill', evidence: 'back' });
  const ask = (node: string, suspects: Json, final = false): Line[] =>
    did(4, 'suspects', null, suspects, { node, final });

  test('in the end the dead are suspected and nobody else is', () => {
    const checker = failureDetector();
    expect(
      judged(checker, ask('n1', []), kill('n3'), ask('n1', []), ask('n1', ['n3'], true)).valid,
    ).toBe(true);
    const missed = judged(checker, kill('n3'), ask('n1', ['n3'], true), ask('n2', [], true));
    expect(typesOf(missed)).toEqual(['undetected-crash']);
    const wrong = judged(checker, kill('n3'), ask('n1', ['n2', 'n3'], true));
    expect(typesOf(wrong)).toEqual(['false-suspicion']);
    const restarted = judged(checker, kill('n3', false), restart, ask('n1', ['n3'], true));
    expect(typesOf(restarted)).toEqual(['false-suspicion']);
    // Healing says that kills are over, but who was killed for good stays dead.
    expect(judged(checker, kill('n3'), restart, ask('n1', ['n3'], true)).valid).toBe(true);
  });

  test('a bound on detection is held to', () => {
    const lines = [kill('n3'), ask('n1', []), ask('n1', []), ask('n1', ['n3'], true)] as const;
    expect(judged(failureDetector({ detectWithinMs: 10 }), ...lines).valid).toBe(true);
    expect(typesOf(judged(failureDetector({ detectWithinMs: 2 }), ...lines))).toEqual([
      'undetected-crash',
    ]);
  });

  test('before anything failed nobody may be suspected, if that was promised', () => {
    const lines = [ask('n1', ['n2']), kill('n3'), ask('n1', ['n3'], true)] as const;
    expect(judged(failureDetector(), ...lines).valid).toBe(true);
    expect(typesOf(judged(failureDetector({ neverWrong: true }), ...lines))).toEqual([
      'false-suspicion',
    ]);
  });

  test('who came back later need not be suspected in the end, nor who died during the answer', () => {
    const later = [kill('n2'), ask('n1', ['n2'], true)];
    const back = [kill('n3', false), ask('n1', ['n2'], true), restart];
    expect(judged(failureDetector(), ...later, ...back).valid).toBe(true);
    const asked = { node: 'n1', final: true };
    const during = [
      at(5, 'invoke', 'suspects', null, asked),
      ...kill('n3'),
      at(5, 'ok', 'suspects', ['n2']),
    ];
    expect(judged(failureDetector(), ...later, during).valid).toBe(true);
  });

  test('how soon the dead were suspected, and how often the living', () => {
    const lines = [ask('n1', ['n2']), kill('n3'), ask('n1', []), ask('n1', ['n3'])];
    const verdict = judged(failureDetector(), ...lines, ask('n1', ['n3'], true));
    expect(verdict.details).toMatchObject({
      answerCount: 4,
      killCount: 1,
      mistakeCount: 1,
      detectionMs: { 0: 3, 1: 3 },
    });
  });

  test('what a dead node said is not held against it', () => {
    const lines = [kill('n1'), ask('n1', ['n2'], true), ask('n2', ['n1'], true)] as const;
    expect(judged(failureDetector(), ...lines).valid).toBe(true);
  });

  test('without final reads or kills the question is open', () => {
    expect(judged(failureDetector(), kill('n3'), ask('n1', ['n3'])).valid).toBe('unknown');
    expect(judged(failureDetector(), ask('n1', [], true)).valid).toBe('unknown');
    expect(judged(failureDetector(), kill('n3')).valid).toBe('unknown');
  });
});

describe('strong convergence', () => {
  const shows = (process: number, delivered: Json, state: Json): Line[] =>
    did(process, 'read', null, { delivered, state });

  test('equal updates make equal states, in whatever order they came', () => {
    const checker = strongConvergence();
    expect(judged(checker, shows(0, [1, 2], 'x'), shows(1, [2, 1], 'x')).valid).toBe(true);
    const verdict = judged(checker, shows(0, [1, 2], 'x'), shows(1, [2, 1], 'y'));
    expect(typesOf(verdict)).toEqual(['divergence']);
    expect(judged(checker, shows(0, [1, 2], 'x'), shows(1, [2], 'y')).valid).toBe('unknown');
  });
});

describe('staleness', () => {
  const limits = { timeoutMs: 1000, memoryMb: 64, nowMs: () => 0 };
  const stale = drawn(`
    0: [w1] [w2] [w3]
    1:                [r1]
  `);

  test('reads that look back no further than promised are valid, with the figures', () => {
    const verdict = staleness().check(stale, limits);
    expect(verdict.valid).toBe(true);
    expect(verdict.details).toMatchObject({ versionsAtLeast: 3, versionsAtMost: 3 });
    expect(verdict.details?.['staleMs']).toBeGreaterThan(0);
    const fresh = staleness({ maxMs: 0, maxVersions: 1 }).check(drawn('0: [w1] [r1]'), limits);
    expect(fresh.valid).toBe(true);
    expect(fresh.details).toEqual({ staleMs: 0, versionsAtLeast: 1, versionsAtMost: 1 });
  });

  test('reads that look back further are stale', () => {
    const inTime = staleness({ maxMs: 0 }).check(stale, limits);
    expect(typesOf(inTime)).toEqual(['stale-read']);
    const inVersions = staleness({ maxVersions: 2 }).check(stale, limits);
    expect(typesOf(inVersions)).toEqual(['stale-read']);
    expect(anomaliesOf(inVersions)[0]?.operations).toEqual([0, 2, 6]);
    expect(staleness({ maxVersions: 3 }).check(stale, limits).valid).toBe(true);
  });

  test('the initial value grows stale too', () => {
    const verdict = staleness({ maxVersions: 1 }).check(drawn('0: [w1] [r_]'), limits);
    expect(anomaliesOf(verdict)[0]?.operations).toEqual([0, 2]);
  });

  test('what was read before it was written is explained by no looking back', () => {
    const verdict = staleness({ maxMs: 1000 }).check(drawn('0: [r1] [w1]'), limits);
    expect(typesOf(verdict)).toEqual(['stale-read']);
    expect(verdict.details).toMatchObject({ staleMs: null, versionsAtMost: null });
    expect(staleness({ maxVersions: 5 }).check(drawn('0: [r1] [w1]'), limits).valid).toBe(
      'unknown',
    );
  });

  test('what is no register, or was never read, is not judged', () => {
    expect(staleness().check(drawn('0: [w1]'), limits).valid).toBe('unknown');
    const twice = new HistoryBuilder();
    for (const time of [0, 2]) {
      twice.add({ time, process: 0, type: 'invoke', f: 'write', value: 1 });
      twice.add({ time: time + 1, process: 0, type: 'ok', f: 'write', value: 1 });
    }
    expect(staleness().check(twice.build(), limits).valid).toBe('unknown');
  });
});
