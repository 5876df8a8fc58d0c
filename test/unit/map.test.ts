import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import { checkersOfModel, modelCatalog } from '../../src/checker/catalog.ts';
import { invariantCatalog, invariantNamed } from '../../src/checker/invariant/catalog.ts';
import { modelMap } from '../../src/checker/map.ts';
import { objectOf } from '../../src/checker/object-kinds.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import type { History } from '../../src/history/history.ts';
import { crashed, did, failed, history, limits } from '../support/judged.ts';
import { drawn } from '../support/notation.ts';

function mapped(of: History, realTime = true): Verdict {
  return modelMap({ realTime }).check(of, limits);
}

/** Model → state. */
function states({ details }: Verdict): Record<string, Json> {
  const map = details?.['map'] as readonly { model: string; state: string }[];
  return Object.fromEntries(map.map(({ model, state }) => [model, state]));
}

const stale = drawn(`
  0: [w1] [w2]
  1:           [r1]
`);

describe('the map of registers', () => {
  test('what is not linearizable may still be sequential, and the verdict says so', () => {
    const verdict = mapped(stale);
    expect(verdict.valid).toBe(false);
    expect(verdict.models).toEqual({ holds: ['sequential'], violated: ['safe'] });
    expect(states(verdict)).toMatchObject({
      linearizable: 'violated',
      regular: 'violated',
      pram: 'held',
    });
    expect(anomaliesOf(verdict).map(({ model }) => model)).toEqual(['linearizable', 'safe']);
  });

  test('what is linearizable keeps all the rest', () => {
    const verdict = mapped(drawn('0: [w1] [r1]'));
    expect(verdict.valid).toBe(true);
    expect(verdict.models).toEqual({ holds: ['linearizable'], violated: [] });
    expect(new Set(Object.values(states(verdict)))).toEqual(new Set(['held']));
  });

  test('without real time nothing is said of models that are about it', () => {
    const verdict = mapped(stale, false);
    expect(states(verdict)).toMatchObject({
      linearizable: 'undecidable',
      safe: 'undecidable',
      sequential: 'held',
    });
    expect(verdict.valid).toBe('unknown');
  });

  test('values that are written twice leave only linearizability to be decided', () => {
    const verdict = mapped(drawn('0: [w1] [w1] [r1]'));
    expect(verdict.valid).toBe(true);
    const broken = mapped(drawn('0: [w1] [w1] [r_]'));
    expect(states(broken)).toMatchObject({ linearizable: 'violated', sequential: 'undecidable' });
  });

  test('a value that nobody wrote is taken as the initial one, unless there are two', () => {
    expect(mapped(drawn('0: [r0] [w1] [r1]')).valid).toBe(true);
    expect(mapped(drawn('0: [r0] [r7] [w1]')).valid).toBe(false);
  });

  test('refused compare-and-sets stand in the way of nothing', () => {
    const verdict = mapped(drawn('0: [w1] [c5>6!] [w2]\n1:                    [r1]'));
    expect(states(verdict)).toMatchObject({ linearizable: 'violated', sequential: 'held' });
  });
});

describe('other objects', () => {
  test.each([
    ['set', [did(0, 'add', 1, null), did(0, 'read', null, [1])]],
    ['counter', [did(0, 'add', 1, null), did(0, 'read', null, 1)]],
    ['queue', [did(0, 'enqueue', 1, null), did(0, 'dequeue', null, 1)]],
    ['lock', [did(0, 'acquire', null, true), did(0, 'release', null, true)]],
    ['ids', [did(0, 'generate', null, 1)]],
    ['log', [did(0, 'send', [['send', 'x', 1]], [['send', 'x', [0, 1]]])]],
    ['log', [did(0, 'txn', [['send', 'x', 1]], [['send', 'x', [0, 1]]])]],
    ['list-append', [did(0, 'txn', [['append', 'x', 1]])]],
    ['rw-register', [did(0, 'txn', [['w', 'x', 1]])]],
    ['registers', [did(0, 'cas', [1, 2])]],
    ['unknown', [did(0, 'frobnicate', 1)]],
  ] as const)('%s', (kind, lines) => {
    expect(objectOf(history(...lines)).kind).toBe(kind);
  });

  test('each model of an object is judged, and what needs to be told more is said to', () => {
    const verdict = mapped(
      history(
        did(0, 'enqueue', 1, null),
        did(0, 'enqueue', 2, null),
        did(1, 'dequeue', null, 2),
        did(1, 'dequeue', null, 1),
      ),
    );
    expect(states(verdict)).toMatchObject({
      'fifo-queue': 'violated',
      'unordered-queue': 'held',
      queue: 'held',
    });
    const lock = mapped(history(did(0, 'acquire', 'a', true), did(0, 'release', 'a', true)));
    expect(states(lock)).toMatchObject({ mutex: 'held', semaphore: 'not-checked' });
  });

  test('operations of no known object are unknown, never valid', () => {
    expect(mapped(history(did(0, 'frobnicate', 1))).valid).toBe('unknown');
    expect(mapped(history(crashed(0, 'write', 1), failed(1, 'read', null))).valid).not.toBe(false);
  });
});

describe('the names that --model takes', () => {
  test('are distinct', () => {
    const names = modelCatalog().map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test('make checkers, with parameters where there are any', () => {
    for (const { name, parameter, required } of invariantCatalog) {
      if (!required) expect(invariantNamed(name)?.summary).not.toBe('');
      if (parameter === undefined)
        expect(() => invariantNamed(`${name}:1`)).toThrow('no parameter');
      else expect(() => invariantNamed(`${name}:x`)).toThrow(/expected/);
    }
    expect(() => invariantNamed('rate-limit')).toThrow('needs');
    expect(invariantNamed('bank:50')?.summary).toContain('50');
    expect(invariantNamed('no-such')).toBeUndefined();
  });

  test('may be several, with commas', () => {
    const judged = { history: stale, realTime: true };
    expect(checkersOfModel('sequential, k-atomic:2,register:[1,2]', judged)).toHaveLength(3);
    expect(() => checkersOfModel('sequential,regulr', judged)).toThrow('regular');
    expect(() => checkersOfModel('regular', { ...judged, realTime: false })).toThrow('real time');
    expect(checkersOfModel('sequential', { ...judged, realTime: false })).toHaveLength(1);
  });
});
