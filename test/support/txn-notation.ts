/**
 * Transactional histories in a few characters a line:
 *
 *     0: a x 1, r y [1 2]
 *     1: w x 1, r y _ !      failed
 *     0: w x 2 ?             unknown outcome
 *
 * One transaction after the other in real time; a line that begins with `|` runs in parallel
 * with the one before it. The number is the process. A line that ends with `>` returns only
 * with the lines after it that run in parallel.
 */
import { assert } from '../../src/base/assert.ts';
import type { Json } from '../../src/base/json.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { EventBody } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';

interface Line {
  readonly parallel: boolean;
  readonly lingers: boolean;
  readonly process: number;
  readonly type: 'ok' | 'fail' | 'info';
  readonly asked: Json;
  readonly answered: Json;
}

export function txns(picture: string): History {
  const lines = picture
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(lineOf);
  const events: EventBody[] = [];
  let group: Line[] = [];
  let lingering: Line[] = [];
  const end = (): void => {
    const done = [...lingering, ...group.filter(({ lingers }) => !lingers)];
    lingering = group.filter(({ lingers }) => lingers);
    for (const { process, type, answered, asked } of done)
      events.push({
        type,
        process,
        f: 'txn',
        value: type === 'ok' ? answered : asked,
        ...(type === 'ok' ? {} : { error: ['drawn', ''] as const }),
      });
    group = [];
  };
  for (const line of lines) {
    if (!line.parallel) end();
    events.push({ type: 'invoke', process: line.process, f: 'txn', value: line.asked });
    group.push(line);
  }
  end();
  end();
  return historyOf(events);
}

function lineOf(text: string): Line {
  const [, bar, process, body = '', mark] = /^(\|?)\s*(\d+):(.*?)\s*([!?>]?)$/.exec(text) ?? [];
  assert(process !== undefined, `a line is "PROCESS: OPERATIONS", not: ${text}`);
  const answered = body.split(',').map((operation) => microOf(operation.trim()));
  const asked = answered.map(([f, key, value]) => [f, key, f === 'r' ? null : value]);
  const type = mark === '!' ? 'fail' : mark === '?' ? 'info' : 'ok';
  const lingers = mark === '>';
  return { parallel: bar === '|', lingers, process: Number(process), type, asked, answered };
}

function microOf(text: string): [string, string, Json] {
  const [, name = '', key = '', value = ''] = /^([arw]) (\w+) (.+)$/.exec(text) ?? [];
  assert(name !== '', `an operation is "a|r|w KEY VALUE", not: ${text}`);
  return [name === 'a' ? 'append' : name, key, valueOf(value)];
}

function valueOf(text: string): Json {
  if (text === '_') return null;
  if (!text.startsWith('[')) return Number(text);
  const inside = text.slice(1, -1).trim();
  return inside === '' ? [] : inside.split(/\s+/).map(Number);
}
