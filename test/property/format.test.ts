/** Laws of reading and writing histories. DSX_RUNS=100000 makes an evening of it. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HistoryError } from '../../src/base/errors.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { HistoryEvent } from '../../src/history/event.ts';
import {
  type HistoryFormat,
  type ReadResult,
  readHistory,
} from '../../src/history/format/read-history.ts';
import { ednOf, jsonlOf } from '../../src/history/format/write-history.ts';
import type { History } from '../../src/history/history.ts';
import { eventLine, parseEventLine } from '../../src/history/line.ts';
import { eventList } from '../support/random-events.ts';

const numRuns = Number(process.env['DSX_RUNS'] ?? 200);
const encoder = new TextEncoder();

function read(text: string, format: HistoryFormat | 'auto' = 'jsonl'): ReadResult {
  return readHistory(encoder.encode(text), format, 'test', { keys: 'plain' });
}

/** The slow, obvious way: objects, one by one. */
function built(events: readonly HistoryEvent[]): History {
  const builder = new HistoryBuilder();
  for (const event of events) builder.add(event);
  return builder.build();
}

function eventsOf(history: History): readonly HistoryEvent[] {
  return [...history.eachEvent()];
}

function lines(events: readonly HistoryEvent[]): string {
  return events.map((event) => `${eventLine(event)}\n`).join('');
}

describe('one line', () => {
  test('is what JSON.stringify would make of the fields in their order, and reads back', () => {
    fc.assert(
      fc.property(eventList, (events) => {
        for (const event of events) {
          const { index, time, type, process: who, f, key, value, node, error, final } = event;
          const ordered = { index, time, type, process: who, f, key, value, node, error, final };
          expect(eventLine(event)).toBe(JSON.stringify(ordered));
          expect(parseEventLine(eventLine(event))).toEqual(event);
        }
      }),
      { numRuns },
    );
  });
});

describe('reading', () => {
  test('JSONL gives what JSON.parse and the builder give', () => {
    fc.assert(
      fc.property(eventList, (events) => {
        const parsed = lines(events)
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as HistoryEvent);
        const { history, warnings } = read(lines(events));
        expect(eventsOf(history)).toEqual(eventsOf(built(parsed)));
        expect([...history.events.pair]).toEqual([...built(parsed).events.pair]);
        expect(warnings).toEqual(events.length === 0 ? ['the file has no events'] : []);
      }),
      { numRuns },
    );
  });

  test('does not depend on the order of fields, on white space, or on lines', () => {
    const style = fc.record({
      seed: fc.nat(),
      indent: fc.constantFrom(0, 1, 2),
      array: fc.boolean(),
    });
    fc.assert(
      fc.property(eventList, style, (events, { seed, indent, array }) => {
        const texts = events.map((event, at) => {
          const fields = Object.entries(event);
          const turn = (seed + at) % fields.length;
          const turned = [...fields.slice(turn), ...fields.slice(0, turn)];
          return JSON.stringify(Object.fromEntries(turned), undefined, indent);
        });
        const text = array ? `[${texts.join(' ,\r\n')} ]\n` : texts.join('\r\n');
        const { history } = read(text, array ? 'elle-json' : 'jsonl');
        expect(eventsOf(history)).toEqual(eventsOf(built(events)));
      }),
      { numRuns },
    );
  });

  test('what was written as JSONL is the same history, and the same bytes when written again', () => {
    fc.assert(
      fc.property(eventList, (events) => {
        const history = built(events);
        const text = [...jsonlOf(history)].join('');
        const again = read(text).history;
        expect(eventsOf(again)).toEqual(eventsOf(history));
        expect([...jsonlOf(again)].join('')).toBe(text);
      }),
      { numRuns },
    );
  });

  test('what was written as EDN with :key is the same history', () => {
    fc.assert(
      fc.property(eventList, (events) => {
        const history = built(events);
        const text = [...ednOf(history, { keys: 'field' })].join('');
        expect(eventsOf(read(text, 'edn').history)).toEqual(eventsOf(history));
      }),
      { numRuns },
    );
  });

  test('what was written as EDN with tuples is the same history, but for values that are not there', () => {
    const filled = eventList.map((events) =>
      events.map((event) => ({ ...event, key: event.key ?? 'x', value: event.value ?? null })),
    );
    fc.assert(
      fc.property(filled, (events) => {
        const history = built(events);
        const bytes = encoder.encode([...ednOf(history)].join(''));
        const again = readHistory(bytes, 'edn', 'test', { keys: 'tuples' }).history;
        const clients = (all: History): readonly HistoryEvent[] =>
          eventsOf(all).filter((event) => event.process !== 'nemesis');
        expect(clients(again)).toEqual(clients(history));
      }),
      { numRuns },
    );
  });
});

describe('a file that was cut off', () => {
  test('JSONL: all whole lines are there, and the rest is said', () => {
    fc.assert(
      fc.property(eventList, fc.nat(), (events, where) => {
        const bytes = encoder.encode(lines(events));
        const cut = bytes.subarray(0, where % (bytes.length + 1));
        const { history, warnings } = readHistory(cut, 'jsonl', 'test', { keys: 'plain' });
        const whole = cut.filter((byte) => byte === 0x0a).length;
        const lastIsWhole = cut.at(-1) === 0x7d && history.eventCount === whole + 1;
        const expected = eventsOf(built(events.slice(0, lastIsWhole ? whole + 1 : whole)));
        expect(eventsOf(history)).toEqual(expected);
        const torn = cut.length > 0 && cut.at(-1) !== 0x0a && !lastIsWhole;
        expect(warnings.some((text) => text.includes('ends inside of an event'))).toBe(torn);
      }),
      { numRuns },
    );
  });

  const formats: readonly HistoryFormat[] = ['jsonl', 'elle-json', 'edn'];
  test.each(formats)('%s: at every byte, a prefix or a clear error', (format) => {
    fc.assert(
      fc.property(eventList, fc.boolean(), (events, inVector) => {
        const all = built(events);
        const bytes = encoder.encode(textIn(format, all, inVector));
        const expected = eventsOf(all);
        for (let end = 0; end <= bytes.length; end += 1) {
          const result = readOrRefuse(bytes.subarray(0, end), format);
          if (result === undefined) continue;
          const found = eventsOf(result.history);
          expect(found).toEqual(expected.slice(0, found.length));
          if (found.length < expected.length && end > 0 && !bytesEndBetween(bytes, end))
            expect(result.warnings).not.toEqual([]);
        }
      }),
      { numRuns: Math.ceil(numRuns / 20) },
    );
  });
});

/** True if nothing but white space was cut from between two lines. */
function bytesEndBetween(bytes: Uint8Array, end: number): boolean {
  return bytes[end - 1] === 0x0a || bytes[end] === 0x0a;
}

function textIn(format: HistoryFormat, history: History, inVector: boolean): string {
  if (format === 'jsonl') return [...jsonlOf(history)].join('');
  if (format === 'elle-json')
    return `[${[...jsonlOf(history)].join('').trimEnd().replaceAll('\n', ',\n')}]\n`;
  const text = [...ednOf(history, { keys: 'field' })].join('');
  return inVector ? `[${text.trimEnd()}]\n` : text;
}

function readOrRefuse(bytes: Uint8Array, format: HistoryFormat | 'auto'): ReadResult | undefined {
  try {
    return readHistory(bytes, format, 'test', { keys: 'plain' });
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HistoryError);
    expect((thrown as HistoryError).message).toMatch(/^(test|event \d)/);
    return undefined;
  }
}

const samples: Readonly<Record<HistoryFormat, string>> = {
  jsonl:
    '{"index":0,"time":5,"type":"invoke","process":0,"f":"write","value":[1,"a\\n"]}\n{"index":1,"time":9,"type":"ok","process":0,"f":"write","value":[1,"a\\n"],"node":"n1"}\n',
  'elle-json':
    '[{"type":"invoke","f":"txn","value":[["r",1,null]],"process":0},\n{"type":"ok","f":"txn","value":[["r",1,[1,2]]],"process":0}]\n',
  edn: '; a comment\n(#jepsen.history.Op{:type :invoke, :f :read, :process 0, :value nil}\n #_ignored {:type :ok, :f :read, :process 0, :value #{1 2/3 "x"}, :error [:a "b"]})\n',
  'porcupine-kv':
    '{:process 0, :type :invoke, :f :append, :key "0", :value "x 9 0 y"}\n{:process 0, :type :ok, :f :append, :key "0", :value "x 9 0 y"}\n',
  'jepsen-log':
    'INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]\nWARN something else\nINFO  jepsen.util - 0\t:info\t:cas\t:timed-out\n',
  dbcop: String.fromCharCode(...dbcopBytes()),
  polysi: 'r(15,0,0,0)\nw(18,1,0,0)\nw(7,1,1,0)\nr(7,1,0,1)\n',
  awdit: 'w 0 0\n-----\nr 0 1\n=====\nw 0 1\n',
  limo: '# @object atomic-queue\n[1] call enq(7)\n[2] call deq\n[1] return\n[2] return 7\n',
};

/** Two sessions, three transactions. */
function dbcopBytes(): Uint8Array {
  const numbers = (...values: readonly number[]): number[] =>
    values.flatMap((value) => [value, 0, 0, 0, 0, 0, 0, 0]);
  const event = (writes: number, key: number, value: number): number[] => [
    writes,
    ...numbers(key, value),
    1,
  ];
  return Uint8Array.from([
    ...numbers(1, 2, 3, 2, 2),
    ...numbers(2, 0, 0).toSpliced(8, 0, 0x50, 0x47),
    ...numbers(2),
    ...[...numbers(2), ...numbers(1), ...event(1, 1, 1), 1, ...numbers(1), ...event(0, 2, 0), 1],
    ...[...numbers(1), ...numbers(2), ...event(0, 1, 1), ...event(1, 2, 5), 0],
  ]);
}

function sampleBytes(format: HistoryFormat): Uint8Array {
  const text = samples[format];
  return format === 'dbcop'
    ? Uint8Array.from(text, (character) => character.charCodeAt(0))
    : encoder.encode(text);
}

describe.each(Object.keys(samples) as HistoryFormat[])('%s', (format) => {
  test('is told apart from the others, and read', () => {
    const result = readHistory(sampleBytes(format), 'auto', 'test');
    expect(result.format).toBe(format);
    expect(result.history.operationCount).toBeGreaterThan(0);
  });

  test('cut off anywhere: a history or a clear error, never anything else', () => {
    const bytes = sampleBytes(format);
    for (let end = 0; end <= bytes.length; end += 1) {
      readOrRefuse(bytes.subarray(0, end), format);
      readOrRefuse(bytes.subarray(0, end), 'auto');
    }
  });

  test('with bytes changed, lost or doubled: a history or a clear error, never anything else', () => {
    const change = fc.record({
      at: fc.nat(),
      byte: fc.integer({ min: 0, max: 255 }),
      size: fc.nat({ max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        let bytes = [...sampleBytes(format)];
        for (const { at, byte, size } of changes) {
          const place = at % bytes.length;
          if (size < 6) bytes[place] = byte;
          else if (size < 8) bytes = bytes.toSpliced(place, size);
          else bytes = bytes.toSpliced(place, 0, ...bytes.slice(place, place + size));
          if (bytes.length === 0) return;
        }
        readOrRefuse(Uint8Array.from(bytes), format);
        readOrRefuse(Uint8Array.from(bytes), 'auto');
      }),
      { numRuns: numRuns * 5 },
    );
  });
});

test('garbage of any kind is refused or read, never anything else', () => {
  const garbage = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 200 }).map((text) => encoder.encode(text)),
    fc.stringMatching(/^[\][(){}#:;"\\\d \n,rwa=-]{0,80}$/).map((text) => encoder.encode(text)),
  );
  const formats: readonly (HistoryFormat | 'auto')[] = [
    'auto',
    ...(Object.keys(samples) as HistoryFormat[]),
  ];
  fc.assert(
    fc.property(garbage, fc.constantFrom(...formats), (bytes, format) => {
      readOrRefuse(bytes, format);
    }),
    { numRuns: numRuns * 10 },
  );
});
