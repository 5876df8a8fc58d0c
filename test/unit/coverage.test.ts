import { describe, expect, test } from 'vitest';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { EventType } from '../../src/history/event.ts';
import { faultWindows } from '../../src/history/faults.ts';
import type { History } from '../../src/history/history.ts';
import { coverageWarnings, faultCoverage } from '../../src/report/coverage.ts';

const ms = 1e6;

/**
 * One event a line, a millisecond each: `0 invoke`, `0 ok`, `cut!` (a cut takes hold), `cut.`
 * (it ends), `heal cut kill`. Nemesis events are recorded twice, as the runner does.
 */
function told(text: string): History {
  const builder = new HistoryBuilder();
  const lines = text.split('\n').map((line) => line.trim());
  for (const [i, line] of lines.filter((row) => row !== '').entries()) {
    const time = i * ms;
    const [first = '', second = ''] = line.split(' ');
    const nemesis = { time, type: 'info', process: 'nemesis' } as const;
    if (/^\d+$/.test(first)) {
      const type = second as EventType;
      const error = type === 'fail' || type === 'info' ? { error: ['e', ''] as const } : {};
      builder.add({ time, type, process: Number(first), f: 'read', value: null, ...error });
    } else if (first === 'heal') {
      const stopped = line.split(' ').slice(1);
      builder.add({ ...nemesis, f: 'heal', value: null });
      builder.add({ ...nemesis, f: 'heal', value: { stopped, evidence: 'x' } });
    } else {
      const kind = first.slice(0, -1);
      const nodes = first.endsWith('!') ? ['n1'] : [];
      const fault = { kind, f: kind, shape: '', nodes, detail: {}, description: `${kind} n1` };
      const isStart = !first.endsWith('.');
      const begun = isStart ? { fault } : { stop: kind };
      const ended = isStart ? { fault, evidence: 'x' } : { stopped: kind, evidence: 'x' };
      builder.add({ ...nemesis, f: kind, value: begun });
      builder.add({ ...nemesis, f: kind, value: ended });
    }
  }
  return builder.build();
}

const counts = (history: History) => faultCoverage(history).map((item) => item.overlapping);

describe('overlap', () => {
  test('counts operations open at any moment of the fault, by how they ended', () => {
    const history = told(`
      0 invoke
      0 ok
      1 invoke
      2 invoke
      cut!
      1 ok
      3 invoke
      3 fail
      cut.
      2 info
      4 invoke
      4 ok`);
    expect(counts(history)).toEqual([{ ok: 1, fail: 1, info: 1 }]);
  });

  test('an operation that spans two faults counts for both', () => {
    const history = told(`
      0 invoke
      cut!
      cut.
      cut!
      cut.
      0 ok`);
    expect(counts(history)).toEqual([
      { ok: 1, fail: 0, info: 0 },
      { ok: 1, fail: 0, info: 0 },
    ]);
  });

  test('an operation that never completed overlaps all that follows it', () => {
    expect(counts(told('0 invoke\ncut!\ncut.'))).toEqual([{ ok: 0, fail: 0, info: 1 }]);
  });

  test('agrees with a count of every operation against every fault', () => {
    let state = 1;
    const draw = (bound: number) => (state = (state * 48_271) % 2_147_483_647) % bound;
    const lines: string[] = [];
    const open = new Set<number>();
    for (let i = 0; i < 3000; i += 1) {
      const process = draw(5);
      if (draw(20) === 0) lines.push(['cut!', 'cut.', 'kill!', 'kill.'][draw(4)] ?? '');
      else if (open.delete(process)) lines.push(`${process} ${['ok', 'ok', 'fail'][draw(3)]}`);
      else {
        open.add(process);
        lines.push(`${process} invoke`);
      }
    }
    const history = told(lines.join('\n'));
    const slow = faultWindows(history).map((window) => {
      const count = { ok: 0, fail: 0, info: 0 };
      for (const operation of history.eachOperation()) {
        const end = operation.outcome === 'info' ? Infinity : operation.returnIndex;
        if (operation.invokeIndex < (window.endIndex ?? Infinity) && end > window.startIndex)
          count[operation.outcome] += 1;
      }
      return count;
    });
    expect(slow.length).toBeGreaterThan(30);
    expect(counts(history)).toEqual(slow);
  });
});

test('a fault is in force once, from the completion of its start', () => {
  const windows = faultWindows(told('cut!\ncut.'));
  expect(windows.map(({ startIndex, endIndex }) => [startIndex, endIndex])).toEqual([[1, 3]]);
});

test('healing ends every fault that it names', () => {
  const windows = faultWindows(told('cut!\nkill!\nheal cut kill'));
  expect(windows.map(({ endIndex }) => endIndex)).toEqual([5, 5]);
});

describe('recovery', () => {
  test('is the time from the end of the fault to the next success', () => {
    const history = told(`
      0 invoke
      cut!
      cut.
      0 fail
      0 invoke
      0 ok`);
    expect(faultCoverage(history).map((item) => item.recoveryMs)).toEqual([3]);
  });

  test('is null where nothing succeeded, or the fault never ended', () => {
    const never = told('0 invoke\ncut!\ncut.\n0 fail');
    expect(faultCoverage(never).map((item) => item.recoveryMs)).toEqual([null]);
    const endless = told('cut!\n0 invoke\n0 ok');
    expect(faultCoverage(endless).map((item) => item.recoveryMs)).toEqual([null]);
  });
});

describe('warnings', () => {
  const warnings = (history: History, asked: readonly string[]) =>
    coverageWarnings(history, faultCoverage(history), asked);

  test('none where faults struck operations and the system recovered', () => {
    const history = told(`
      0 invoke
      cut!
      0 ok
      cut.
      0 invoke
      0 ok`);
    expect(warnings(history, ['cut'])).toEqual([]);
  });

  test('a run without faults for which none was asked is fine', () => {
    expect(warnings(told('0 invoke\n0 ok'), [])).toEqual([]);
  });

  test('a nemesis that never struck is named', () => {
    expect(warnings(told('0 invoke\n0 ok'), ['cut'])[0]).toMatch(
      /^no fault was injected at all, though the nemesis cut was asked for/,
    );
    const other = told('0 invoke\ncut!\n0 ok\ncut.');
    expect(warnings(other, ['cut', 'kill'])[0]).toMatch(/^no fault of the nemesis kill was/);
  });

  test('a fault that touched no operation is named', () => {
    const history = told('cut!\ncut.\n0 invoke\n0 ok');
    expect(warnings(history, ['cut'])).toHaveLength(1);
    expect(warnings(history, ['cut'])[0]).toMatch(/^cut at 0\.0 s \(cut n1\) touched no operation/);
  });

  test('a fault that touched no node is named', () => {
    const history = told('0 invoke\npause?\n0 ok');
    expect(warnings(history, ['pause'])[0]).toMatch(/touched no node/);
  });

  test('a fault after which nothing succeeded is named, if anything was tried', () => {
    const tried = told('0 invoke\ncut!\n0 fail\ncut.\n0 invoke\n0 fail');
    expect(warnings(tried, ['cut'])[0]).toMatch(/ended, and no operation succeeded after it/);
    expect(warnings(told('0 invoke\ncut!\n0 fail\ncut.'), ['cut'])).toEqual([]);
  });

  test('many faults make one sentence', () => {
    const history = told('cut!\ncut.\ncut!\ncut.\n0 invoke\ncut!\n0 ok\ncut.');
    expect(warnings(history, ['cut'])).toHaveLength(1);
    expect(warnings(history, ['cut'])[0]).toMatch(/^2 of 3 faults touched no operation, the first/);
  });
});
