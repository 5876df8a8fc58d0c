import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { commitAnomalies } from '../../src/checker/invariant/kafka/commits.ts';
import { kafka } from '../../src/checker/invariant/kafka/kafka.ts';
import { anomaliesOf } from '../../src/checker/verdict.ts';
import {
  at,
  crashed,
  did,
  failed,
  judged,
  type Line,
  type More,
  typesOf,
} from '../support/judged.ts';

/** `a0` is message `a` at offset 0; `a` alone is one whose offset is not known. */
function entry(text: string): { message: string; offset: number | null } {
  const [, message = '', offset = ''] = /^([a-z]+)(\d*)$/.exec(text) ?? [];
  return { message, offset: offset === '' ? null : Number(offset) };
}

/** One op of several steps: `+a0` sends to log x, `?a0,b1` polls it. */
function steps(texts: readonly string[], key: string | number = 'x'): readonly [Json, Json] {
  const asked: Json[] = [];
  const answered: Json[] = [];
  for (const text of texts) {
    if (text.startsWith('+')) {
      const { message, offset } = entry(text.slice(1));
      asked.push(['send', key, message]);
      answered.push(['send', key, offset === null ? message : [offset, message]]);
      continue;
    }
    const polled = text.slice(1).split(',').filter(Boolean).map(entry);
    asked.push(['poll']);
    const shown = polled.map(({ message, offset }): Json => [offset, message]);
    answered.push(['poll', shown.length === 0 ? {} : { [String(key)]: shown }]);
  }
  return [asked, answered];
}

function txn(process: number, texts: string, more: More = {}, key: string | number = 'x'): Line[] {
  const [asked, answered] = steps(texts.split(' '), key);
  return did(process, 'txn', asked, answered, more);
}

const [send, poll, final] = [txn, txn, { final: true }];
/** Everything is polled at the end by process 9. */
const ending = (text: string): Line[] => [
  ...did(9, 'assign', { keys: ['x'], seek: 'beginning' }),
  ...poll(9, `?${text}`, final),
  ...poll(9, '?', final),
];

describe('kafka', () => {
  test('messages sent, polled in order and to the end are valid', () => {
    const verdict = judged(
      kafka(),
      send(0, '+a0 +b1'),
      did(1, 'assign', ['x']),
      poll(1, '?a0,b1'),
      send(0, '+c2'),
      poll(1, '?c2'),
      ending('a0,b1,c2'),
    );
    expect(verdict.valid).toBe(true);
    expect(verdict.details).toMatchObject({ acknowledgedCount: 3, polledCount: 3, unseenCount: 0 });
  });

  test('a key is the same log as number and as text', () => {
    const [asked, answered] = steps(['+a0'], 1);
    const verdict = judged(
      kafka(),
      did(0, 'send', asked, answered),
      did(1, 'poll', [['poll']], [['poll', { '1': [[0, 'a']] }]]),
    );
    expect(verdict.valid).toBe(true);
    expect(verdict.details).toMatchObject({ logCount: 1 });
  });

  test('nothing acknowledged or nothing polled is nothing to judge', () => {
    expect(judged(kafka(), poll(0, '?')).valid).toBe('unknown');
    expect(judged(kafka(), failed(0, 'send', [['send', 'x', 'a']])).valid).toBe('unknown');
    expect(judged(kafka(), send(0, '+a0')).valid).toBe('unknown');
  });

  test('an offset holds one message', () => {
    const verdict = judged(kafka(), send(0, '+a0'), send(1, '+b0'), poll(2, '?a0'), poll(3, '?b0'));
    expect(typesOf(verdict)).toEqual(['inconsistent-offsets']);
    expect(anomaliesOf(verdict)[0]?.operations).toEqual([0, 2]);
  });

  test('a message has one offset for each time that it was sent', () => {
    const twice = [poll(2, '?a0'), poll(3, '?a0,a1')];
    expect(typesOf(judged(kafka(), send(0, '+a0'), twice[0] ?? [], twice[1] ?? []))).toEqual([
      'duplicate',
    ]);
    expect(judged(kafka(), send(0, '+a0'), send(0, '+a1'), poll(3, '?a0,a1')).valid).toBe(true);
  });

  test('what lies below a polled offset was polled by somebody', () => {
    const verdict = judged(kafka(), send(0, '+a0'), send(0, '+b1'), poll(1, '?b1'));
    expect(typesOf(verdict)).toEqual(['lost-write']);
    expect(anomaliesOf(verdict)[0]?.operations).toEqual([0, 4]);
  });

  test('what lies above every polled offset is unseen if the final polls end without it', () => {
    const before = [send(0, '+a0'), send(0, '+b1')] as const;
    const verdict = judged(kafka(), ...before, ending('a0'));
    expect(typesOf(verdict)).toEqual(['unseen']);
    expect(judged(kafka(), ...before, poll(1, '?a0')).valid).toBe('unknown');
    const stillComing = judged(
      kafka(),
      ...before,
      did(9, 'assign', ['x']),
      poll(9, '?', final),
      poll(9, '?a0', final),
    );
    expect(stillComing.valid).toBe('unknown');
    const ofAnother = judged(
      kafka(),
      ...before,
      did(9, 'assign', ['y']),
      poll(8, '?a0'),
      poll(9, '?', final),
    );
    expect(ofAnother.valid).toBe('unknown');
  });

  test('a message without offset is unseen too, and one sent after the final polls is open', () => {
    expect(typesOf(judged(kafka(), send(0, '+a0'), send(0, '+b'), ending('a0')))).toEqual([
      'unseen',
    ]);
    expect(judged(kafka(), send(0, '+a0'), ending('a0'), send(0, '+b1')).valid).toBe('unknown');
  });

  test('only a poll that was answered looks whether there is more', () => {
    const shown = [
      ...did(9, 'assign', ['x']),
      ...poll(9, '?a0', final),
      // None of these is a look.
      ...send(9, '+c3', final),
      ...did(9, 'poll', [['poll']], [['poll', {}]]),
      ...failed(9, 'poll', [['poll']]).map((line) => ({ ...line, final: true })),
      ...crashed(9, 'crash', null),
    ];
    const sent = [send(0, '+a0 +b1'), send(0, '+d2')] as const;
    const lines = [...sent, shown, poll(1, '?c3')] as const;
    expect(typesOf(judged(kafka(), ...lines))).toEqual(['lost-write', 'lost-write']);
    const open = judged(kafka(), ...sent, shown);
    expect(typesOf(open)).toEqual([]);
    expect(open.valid).toBe('unknown');
    const looked = judged(kafka(), ...sent, did(9, 'assign', ['x']), poll(9, '?a0', final), [
      ...poll(9, '?', final),
    ]);
    expect(typesOf(looked)).toEqual(['unseen', 'unseen']);
    const allowed = judged(kafka({ allow: ['unseen'] }), ...sent, ending('a0'));
    expect(allowed.valid).toBe(true);
  });

  test('a history that was polled to its end without marks says so by an option', () => {
    const lines = [
      send(0, '+a0'),
      send(0, '+b1'),
      did(1, 'assign', ['x']),
      poll(1, '?a0'),
    ] as const;
    expect(typesOf(judged(kafka({ drained: true }), ...lines, poll(1, '?')))).toEqual(['unseen']);
    expect(judged(kafka(), ...lines, poll(1, '?')).valid).toBe('unknown');
  });

  describe('committed offsets', () => {
    const commit = (process: number, offset: number, doubt?: 'unknown'): Line[] =>
      did(
        process,
        'poll',
        [['poll']],
        [
          ['poll', {}],
          doubt === undefined ? ['commit', { x: offset }] : ['commit', { x: offset }, doubt],
        ],
      );
    const told = (process: number, committed: Json): Line[] =>
      did(process, 'assign', ['x'], { keys: ['x'], committed });
    const typesAfter = (...lines: readonly Line[][]): readonly string[] =>
      typesOf(judged(kafka(), send(0, '+a0'), ending('a0'), ...lines));

    test('the highest will do, and so will the latest', () => {
      expect(typesAfter(commit(1, 5), commit(1, 3), told(2, { x: 5 }))).toEqual([]);
      expect(typesAfter(commit(1, 5), commit(1, 3), told(2, { x: 3 }))).toEqual([]);
      expect(typesAfter(commit(1, 3), commit(1, 5), told(2, { x: 3 }))).toEqual(['lost-commit']);
      const back = [commit(1, 3), commit(1, 5), commit(1, 3)] as const;
      expect(typesAfter(...back, told(2, { x: 3 }))).toEqual([]);
    });

    test('none will do until one was acknowledged', () => {
      expect(typesAfter(told(2, {}), commit(1, 5))).toEqual([]);
      expect(typesAfter(commit(1, 5, 'unknown'), commit(3, 0), told(2, { x: 0 }))).toEqual([]);
      expect(typesAfter(commit(1, 5), told(2, {}))).toEqual(['lost-commit']);
      // Zero is what many programs say for none; here it is not what was committed.
      expect(typesAfter(told(2, { x: 0 }), commit(1, 5))).toEqual([]);
      expect(typesAfter(commit(1, 5), told(2, { x: 0 }))).toEqual(['lost-commit']);
    });

    test('one that was not answered may come whenever it likes', () => {
      const late = [commit(1, 3, 'unknown'), commit(4, 5)] as const;
      expect(typesAfter(...late, told(2, { x: 3 }))).toEqual([]);
      expect(typesAfter(...late, told(2, { x: 5 }))).toEqual([]);
      expect(typesAfter(...late, told(2, { x: 4 }))).toEqual(['phantom-commit']);
    });

    test('a poll of unknown outcome may have committed anything', () => {
      const open = [commit(1, 5), crashed(4, 'poll', [['poll']])] as const;
      expect(typesAfter(...open, told(2, { x: 4 }))).toEqual([]);
      expect(typesAfter(told(2, { x: 4 }), ...open)).toEqual(['phantom-commit']);
    });

    test('the latest is the one that began last, whenever it was answered', () => {
      // The commit of 3 surrounds the others: 5 or 3 came last, and 4 is neither.
      const shown = (offset: number): Json => [
        ['poll', {}],
        ['commit', { x: offset }],
      ];
      const around = [
        at(3, 'invoke', 'poll', [['poll']]),
        commit(1, 4),
        commit(1, 5),
        at(3, 'ok', 'poll', shown(3)),
      ];
      expect(typesAfter(around.flat(), told(2, { x: 4 }))).toEqual(['lost-commit']);
      expect(typesAfter(around.flat(), told(2, { x: 3 }))).toEqual([]);
      expect(typesAfter(around.flat(), told(2, { x: 5 }))).toEqual([]);
    });

    test('a send of unknown outcome commits nothing', () => {
      const lines = [commit(1, 5), crashed(4, 'send', [['send', 'x', 'c']]), told(2, {})] as const;
      expect(typesAfter(...lines)).toEqual(['lost-commit']);
    });

    test('an answer is told with its log and with what it is held against', () => {
      const verdict = judged(kafka(), send(0, '+a0'), ending('a0'), commit(1, 5), told(2, {}));
      const [lost] = anomaliesOf(verdict);
      expect(lost?.explanation).toBe(
        'The assign of event 10 was told at event 11 that nothing is committed in x, though before that the poll of event 8 had committed 5 (acknowledged at event 9).',
      );
      expect(verdict.details).toMatchObject({
        acknowledgedCommits: 1,
        unknownCommits: 0,
        committedAnswers: 1,
      });
    });

    test('that nobody could commit leaves the case open', () => {
      const lines = [send(0, '+a0'), commit(1, 0, 'unknown'), ending('a0')] as const;
      expect(judged(kafka(), ...lines).valid).toBe('unknown');
    });

    test('are counted only, where that is asked for', () => {
      const verdict = judged(
        kafka({ allow: [...commitAnomalies] }),
        send(0, '+a0'),
        ending('a0'),
        commit(1, 5),
        told(2, {}),
      );
      expect(verdict.valid).toBe(true);
      expect(verdict.details).toMatchObject({ allowed: { 'lost-commit': 1 } });
    });
  });

  test('a first poll goes on from where the assign says', () => {
    const began = (from: number): Line[] =>
      did(1, 'assign', ['x'], { keys: ['x'], from: { x: from } });
    const sent = [send(0, '+a0 +b1')] as const;
    const late = judged(kafka(), ...sent, began(0), poll(1, '?b1'), ending('a0,b1'));
    expect(typesOf(late)).toEqual(['poll-skip']);
    expect(anomaliesOf(late)[0]?.explanation).toBe(
      'The assign of event 2 by process 1 was to go on in x from offset 0, and its first poll there, that of event 4, began at 1, past "a" at 0 (seen by event 0).',
    );
    expect(typesOf(judged(kafka(), ...sent, began(1), poll(1, '?a0'), ending('a0,b1')))).toEqual([
      'nonmonotonic-poll',
    ]);
    expect(typesOf(judged(kafka(), ...sent, began(1), poll(1, '?b1'), ending('a0,b1')))).toEqual(
      [],
    );
  });

  test('sends of unknown outcome may be polled or not', () => {
    const unknown = crashed(0, 'send', [['send', 'x', 'a']]);
    expect(judged(kafka(), unknown, send(1, '+b1'), poll(2, '?a0,b1')).valid).toBe(true);
    expect(judged(kafka(), unknown, send(1, '+b0'), poll(2, '?b0')).valid).toBe(true);
  });

  test('nobody polls a message whose send failed, that nobody sent, or that is sent later', () => {
    const refused = failed(0, 'send', [['send', 'x', 'a']]);
    const other = send(1, '+b1');
    expect(typesOf(judged(kafka(), refused, other, poll(2, '?a0,b1')))).toEqual(['G1a']);
    expect(typesOf(judged(kafka(), other, poll(2, '?a0,b1')))).toEqual(['phantom']);
    expect(typesOf(judged(kafka(), poll(2, '?a0'), send(0, '+a0')))).toContain('future-read');
    expect(judged(kafka(), refused, send(0, '+a0'), poll(2, '?a0')).valid).toBe(true);
  });

  test('of several polls of a message the one that ended first is too early, or none', () => {
    const early = judged(kafka(), poll(2, '?a0'), send(0, '+a0'), poll(3, '?a0'));
    expect(typesOf(early)).toContain('future-read');
    expect(anomaliesOf(early)[0]?.operations).toEqual([0, 2]);
    const within = judged(
      kafka(),
      at(2, 'invoke', 'poll', [['poll']]),
      poll(3, '?a0'),
      send(0, '+a0'),
      at(2, 'ok', 'poll', [['poll', { x: [[0, 'a']] }]]),
    );
    expect(anomaliesOf(within)[0]?.operations).toEqual([1, 3]);
    const invented = judged(kafka(), poll(2, '?a0'), send(0, '+b1'));
    expect(anomaliesOf(invented)[0]?.explanation).toBe(
      'The txn of event 0 polled "a" of x, which nobody sent.',
    );
    // Sent before it was polled, and once more after.
    const again = judged(kafka(), send(0, '+a0'), poll(2, '?a0'), send(0, '+a1'), poll(3, '?a0'));
    expect(typesOf(again)).toEqual([]);
  });

  test('a consumer does not pass a message by, between polls or inside one', () => {
    const three = send(0, '+a0 +b1 +c2');
    const whole = poll(3, '?a0,b1,c2');
    const between = judged(kafka(), three, whole, poll(1, '?a0'), poll(1, '?c2'));
    expect(typesOf(between)).toEqual(['poll-skip']);
    expect(anomaliesOf(between)[0]?.operations).toEqual([0, 4, 6]);
    expect(typesOf(judged(kafka(), three, whole, poll(1, '?a0,c2')))).toEqual(['int-poll-skip']);
    expect(typesOf(judged(kafka(), three, whole, poll(1, '?a0 ?c2')))).toEqual(['int-poll-skip']);
    const gap = judged(kafka(), send(0, '+a0 +c2'), poll(1, '?a0'), poll(1, '?c2'));
    expect(gap.valid).toBe(true);
  });

  test('a consumer does not go back, between polls or inside one', () => {
    const two = send(0, '+a0 +b1');
    const back = judged(kafka(), two, poll(1, '?a0,b1'), poll(1, '?b1'));
    expect(typesOf(back)).toEqual(['nonmonotonic-poll']);
    expect(typesOf(judged(kafka(), two, poll(1, '?b1,a0')))).toEqual(['int-nonmonotonic-poll']);
    expect(judged(kafka(), two, poll(1, '?a0,b1'), poll(2, '?a0')).valid).toBe(true);
  });

  test('an assignment moves a consumer only in keys that it gains, or that it seeks', () => {
    const begin = [send(0, '+a0 +b1'), did(1, 'assign', ['x']), poll(1, '?a0,b1')] as const;
    const again = poll(1, '?a0');
    const after = (value: Json, f = 'assign'): boolean | string =>
      judged(kafka(), ...begin, did(1, f, value), again).valid;
    expect(after(['x'])).toBe(false);
    expect(after(['x', 'y'])).toBe(false);
    expect(after({ keys: ['x'] })).toBe(false);
    expect(after(['y'])).toBe(true);
    expect(after({ keys: ['x'], seek: 'beginning' })).toBe(true);
    const refused = judged(kafka(), ...begin, failed(1, 'assign', ['x']), again);
    expect(refused.valid).toBe(true);
  });

  test('keys of subscribers may move at any poll; that is counted', () => {
    const verdict = judged(
      kafka(),
      send(0, '+a0 +b1 +c2'),
      did(1, 'subscribe', ['x']),
      poll(2, '?a0,b1,c2'),
      poll(1, '?a0'),
      poll(1, '?c2'),
      poll(1, '?a0'),
    );
    expect(verdict.valid).toBe(true);
    expect(verdict.details).toMatchObject({ allowed: { 'poll-skip': 1, 'nonmonotonic-poll': 1 } });
  });

  test('what an assignment says of logs that it keeps moves nobody', () => {
    const lines = [send(0, '+a0 +b1'), did(1, 'assign', ['x']), poll(1, '?a0,b1')] as const;
    const again = did(1, 'assign', ['x'], { keys: ['x'], from: { x: 0 } });
    const [back, ...more] = anomaliesOf(judged(kafka(), ...lines, again, poll(1, '?a0')));
    expect(more).toEqual([]);
    expect(back?.type).toBe('nonmonotonic-poll');
    expect(back?.explanation).toBe(
      'The txn of event 4 by process 1 polled x at offset 1, and its next one there, the txn of event 8, at 0: not forward.',
    );
  });

  test('an assignment that names no keys gives none', () => {
    for (const value of [null, {}, { seek: 'end' }, 'x']) {
      const lines = [did(1, 'assign', value), send(0, '+a0 +b1'), ending('a0')] as const;
      // It is asked who has the log of the message that nobody saw.
      expect(typesOf(judged(kafka(), ...lines))).toEqual(['unseen']);
    }
  });

  test('an offset that a send was not told is passed over', () => {
    const verdict = judged(kafka(), send(0, '+a3'), send(0, '+b'), send(0, '+c1'), ending('c1,a3'));
    expect(typesOf(verdict)).toContain('nonmonotonic-send');
  });

  test("a producer's messages get rising offsets, between sends and inside one", () => {
    const look = poll(2, '?a0,b1');
    expect(typesOf(judged(kafka(), send(0, '+b1'), send(0, '+a0'), look))).toEqual([
      'nonmonotonic-send',
    ]);
    expect(typesOf(judged(kafka(), send(0, '+b1 +a0'), look))).toEqual(['int-nonmonotonic-send']);
    expect(judged(kafka(), send(0, '+b1'), send(1, '+a0'), look).valid).toBe(true);
  });

  test('gaps between the sends of one operation are allowed, unless they are not', () => {
    const lines = [send(0, '+a0 +c2'), send(1, '+b1'), poll(2, '?a0,b1,c2')] as const;
    const verdict = judged(kafka(), ...lines);
    expect(verdict.valid).toBe(true);
    expect(verdict.details).toMatchObject({ allowed: { 'int-send-skip': 1 } });
    expect(typesOf(judged(kafka({ allow: [] }), ...lines))).toEqual(['int-send-skip']);
  });

  test('a transaction does not poll what it has itself sent', () => {
    expect(typesOf(judged(kafka(), txn(0, '+a0 ?a0'), poll(1, '?a0')))).toEqual([
      'precommitted-read',
    ]);
  });

  test('of a message that somebody else may have sent nothing is concluded', () => {
    expect(judged(kafka(), txn(0, '+a0'), txn(1, '+a1 ?a0')).valid).toBe(true);
    const [askA, sayA] = steps(['+a0', '?b1']);
    const [askB, sayB] = steps(['+b1', '?a0']);
    const verdict = judged(
      kafka(),
      at(0, 'invoke', 'txn', askA),
      at(1, 'invoke', 'txn', askB),
      crashed(5, 'send', [['send', 'x', 'a']]),
      at(0, 'ok', 'txn', sayA),
      at(1, 'ok', 'txn', sayB),
      ending('a0,b1'),
    );
    expect(verdict.valid).toBe(true);
  });

  test('a place that two messages claim orders neither of them', () => {
    const verdict = judged(
      kafka({ orderedSends: true }),
      crashed(3, 'send', [['send', 'x', 'd']]),
      send(0, '+b1'),
      send(1, '+a0'),
      poll(2, '?a0,b1'),
      poll(4, '?d0,b1'),
    );
    expect(typesOf(verdict)).toEqual(['inconsistent-offsets']);
  });

  test('two transactions that each poll what the other sends are a cycle', () => {
    const [askA, sayA] = steps(['+a0', '?b1']);
    const [askB, sayB] = steps(['+b1', '?a0']);
    const verdict = judged(
      kafka(),
      at(0, 'invoke', 'txn', askA),
      at(1, 'invoke', 'txn', askB),
      at(0, 'ok', 'txn', sayA),
      at(1, 'ok', 'txn', sayB),
      ending('a0,b1'),
    );
    expect(typesOf(verdict)).toEqual(['G1c']);
    expect(anomaliesOf(verdict)[0]?.operations).toEqual([0, 1]);
  });

  test('each step of a cycle is told in the direction in which it goes', () => {
    const [askA, sayA] = steps(['+a0', '?c2']);
    const [askB, sayB] = steps(['+b1', '?a0']);
    const [askC, sayC] = steps(['+c2', '?b1']);
    const verdict = judged(
      kafka(),
      at(0, 'invoke', 'txn', askA),
      at(1, 'invoke', 'txn', askB),
      at(2, 'invoke', 'txn', askC),
      at(0, 'ok', 'txn', sayA),
      at(1, 'ok', 'txn', sayB),
      at(2, 'ok', 'txn', sayC),
      ending('a0,b1,c2'),
    );
    expect(typesOf(verdict)).toEqual(['G1c']);
    expect(anomaliesOf(verdict)[0]?.explanation).toContain(
      'event 0 comes before event 1: the latter polled "a" of x (offset 0), which the former sent',
    );
    expect(anomaliesOf(verdict)[0]?.explanation).toContain(
      'event 1 comes before event 2: the latter polled "b" of x (offset 1), which the former sent',
    );
  });

  test('a message polled before its transaction had what it needs is a cycle in real time', () => {
    // b is polled and the poll over before a is sent, which the sender of b polled.
    const [askB, sayB] = steps(['?a0', '+b1']);
    const verdict = judged(
      kafka(),
      at(1, 'invoke', 'txn', askB),
      poll(2, '?b1'),
      send(0, '+a0'),
      at(1, 'ok', 'txn', sayB),
      ending('a0,b1'),
    );
    expect(typesOf(verdict)).toEqual(['G1c-realtime']);
    // No more than the three of them, though the end of the poll is the first moment of all.
    expect(anomaliesOf(verdict)[0]?.operations.toSorted((a, b) => a - b)).toEqual([0, 1, 3]);
    const byOne = judged(
      kafka(),
      at(1, 'invoke', 'txn', askB),
      poll(0, '?b1'),
      send(0, '+a0'),
      at(1, 'ok', 'txn', sayB),
      ending('a0,b1'),
    );
    expect(typesOf(byOne)).toEqual(['G1c-process']);
  });

  test('offsets may disagree with real time, unless order is asked for', () => {
    const lines = [send(0, '+b1'), send(1, '+a0'), ending('a0,b1')] as const;
    expect(judged(kafka(), ...lines).valid).toBe(true);
    expect(typesOf(judged(kafka({ orderedSends: true }), ...lines))).toEqual(['G0-realtime']);
    const two = [
      send(0, '+a0 +d1'),
      ...[
        at(1, 'invoke', 'txn', [
          ['send', 'y', 'p'],
          ['send', 'x', 'b'],
        ]),
      ],
      ...[
        at(2, 'invoke', 'txn', [
          ['send', 'y', 'q'],
          ['send', 'x', 'c'],
        ]),
      ],
      ...[
        at(1, 'ok', 'txn', [
          ['send', 'y', [0, 'p']],
          ['send', 'x', [3, 'b']],
        ]),
      ],
      ...[
        at(2, 'ok', 'txn', [
          ['send', 'y', [1, 'q']],
          ['send', 'x', [2, 'c']],
        ]),
      ],
    ];
    const seen = [
      did(
        8,
        'poll',
        [['poll']],
        [
          [
            'poll',
            {
              y: [
                [0, 'p'],
                [1, 'q'],
              ],
            },
          ],
        ],
      ),
      ending('a0,d1,c2,b3'),
    ];
    expect(typesOf(judged(kafka({ orderedSends: true }), ...two, ...seen))).toEqual(['G0']);
  });

  test('the lag of consumers is counted in real time', () => {
    const verdict = judged(kafka(), send(0, '+a0'), send(0, '+b1'), poll(1, '?a0'), poll(1, '?b1'));
    // b was acknowledged at 3 ms; the poll that did not get to it began at 4 ms.
    expect(verdict.details).toMatchObject({ highestRealtimeLagMs: 1 });
  });

  test('of many anomalies of one type a few are explained, all are counted', () => {
    const sends = Array.from({ length: 20 }, (_, i) => send(0, `+${'m'.repeat(i + 1)}${i}`)).flat();
    const verdict = judged(kafka(), sends, send(0, '+z20'), poll(1, '?z20'));
    expect(typesOf(verdict)).toHaveLength(8);
    expect(verdict.details).toMatchObject({ anomalyTypes: { 'lost-write': 20 }, anomalyCount: 20 });
  });
});
