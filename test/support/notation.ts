import { assert } from '../../src/base/assert.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { HistoryEvent } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';

/**
 * A register history drawn as one row per process, time to the right.
 *
 *     0: [w1---]      [r1]
 *     1:     [r0?---]      [c1>2] [c7>8!]
 *
 * `[` calls, `]` returns ok; `?` after the text makes it `info`, `!` makes it `fail`.
 * `r_` reads null. A column is 1 ns.
 */
export function drawn(picture: string): History {
  const found: { at: number; begins: boolean; event: Omit<HistoryEvent, 'index' | 'time'> }[] = [];
  for (const line of picture.split('\n').filter((row) => row.trim() !== '')) {
    const parsed = /^\s*(\d+):/.exec(line);
    assert(parsed !== null, `a row must start with a process number: ${line}`);
    const process = Number(parsed[1]);
    for (const match of line.matchAll(/\[([rwc])(\d+|_)(?:>(\d+))?([?!])?-*\]/g)) {
      const [text, kind = '', first = '', second = '', mark] = match;
      const f = { r: 'read', w: 'write', c: 'cas' }[kind] ?? kind;
      const number = first === '_' ? null : Number(first);
      const value = kind === 'c' ? [Number(first), Number(second)] : number;
      const type = mark === '?' ? 'info' : mark === '!' ? 'fail' : 'ok';
      const error = type === 'ok' ? {} : { error: ['drawn', ''] as const };
      found.push({
        at: match.index,
        begins: true,
        event: { type: 'invoke', process, f, value: kind === 'r' ? null : value },
      });
      const result = kind === 'r' && type !== 'ok' ? null : value;
      const end = match.index + text.length - 1;
      found.push({ at: end, begins: false, event: { type, process, f, value: result, ...error } });
    }
  }
  // Closed intervals: at equal times a call comes before a return.
  found.sort((a, b) => a.at - b.at || Number(b.begins) - Number(a.begins));
  const builder = new HistoryBuilder();
  for (const { at, event } of found) builder.add({ time: at, ...event });
  return builder.build();
}
