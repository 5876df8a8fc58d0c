import { describe, expect, test } from 'vitest';
import { HistoryError, UsageError } from '../../src/base/errors.ts';
import type { HistoryEvent } from '../../src/history/event.ts';
import {
  historyFormatOf,
  type ReadOptions,
  type ReadResult,
  readHistory,
} from '../../src/history/format/read-history.ts';
import { ednOf } from '../../src/history/format/write-history.ts';

function read(text: string, format = 'auto', options: ReadOptions = {}): ReadResult {
  return readHistory(new TextEncoder().encode(text), historyFormatOf(format), 'h', options);
}

function events(result: ReadResult): readonly HistoryEvent[] {
  return [...result.history.eachEvent()];
}

/** Type, process, function and value of each event, for short comparisons. */
function short(result: ReadResult): readonly unknown[] {
  return events(result).map(({ type, process, f, value }) => [type, process, f, value]);
}

function refusal(text: string, format = 'auto', options: ReadOptions = {}): string {
  try {
    read(text, format, options);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HistoryError);
    return (thrown as HistoryError).message;
  }
  return 'not refused';
}

const invoke = '{"index":0,"time":5,"type":"invoke","process":0,"f":"write","value":1}';
const ok = '{"index":1,"time":9,"type":"ok","process":0,"f":"write","value":1}';

describe('JSONL', () => {
  test('a line that was cut off at the end is left out, and its line and length are said', () => {
    const result = read(`${invoke}\n${ok.slice(0, 30)}`);
    expect(events(result)).toHaveLength(1);
    expect(result.warnings).toHaveLength(1);
    expect(result.warnings[0]).toMatch(/^line 2: the file ends inside of an event \(30 bytes/);
  });

  test('a last line that lacks nothing but its end counts', () => {
    const result = read(`${invoke}\n${ok}`);
    expect(events(result)).toHaveLength(2);
    expect(result.warnings).toEqual([]);
  });

  test('zero bytes behind the last line, as after a power failure, are left out and said', () => {
    const result = read(`${invoke}\n${ok}\n${'\0'.repeat(100)}`);
    expect(events(result)).toHaveLength(2);
    expect(result.warnings).toEqual(['line 3: 100 zero bytes at the end of the file left out']);
  });

  test('a line that was cut off elsewhere is an error with line, column, found and expected', () => {
    const message = refusal(`${invoke}\n${ok.slice(0, 30)}\n${ok}\n`);
    expect(message).toContain('h, line ');
    expect(message).toContain('expected');
    expect(message).toContain('found');
    expect(refusal(`${invoke}\nhello\n${ok}\n`)).toMatch(
      /^h, line 2, column 1: expected an event: .*, found "hello"/,
    );
  });

  test('an event that makes no sense is an error with its line', () => {
    expect(refusal(`${ok}\n`)).toMatch(/^h, line 1: .*never invoked/);
    expect(refusal(`${invoke}\n${invoke.replace('"index":0', '"index":1')}\n`)).toMatch(
      /^h, line 2: .*still open/,
    );
    expect(refusal('{"process":0,"f":"read"}\n')).toMatch(/line 1: expected a "type"/);
    expect(refusal('{"type":"invoke","process":1.5,"f":"read"}\n')).toContain('"process"');
    expect(refusal('{"type":"invoke","process":0}\n')).toContain('expected an "f"');
  });

  test('events out of order, or two histories in one file, are an error', () => {
    expect(refusal(`${invoke}\n${ok}\n${invoke}\n`)).toMatch(
      /line 3: expected an index above 1, found 0/,
    );
  });

  test('missing events are said', () => {
    const late = ok.replace('"index":1', '"index":4');
    expect(read(`${invoke}\n${late}\n`).warnings).toEqual([
      '3 events missing: indices have gaps; what was there nobody knows',
    ]);
  });

  test('index and time may be missing: the position stands for both', () => {
    const result = read(
      '{"type":"invoke","process":0,"f":"read"}\n{"type":"ok","process":0,"f":"read","value":5}\n',
    );
    expect(events(result)).toEqual([
      { index: 0, time: 0, type: 'invoke', process: 0, f: 'read' },
      { index: 1, time: 1, type: 'ok', process: 0, f: 'read', value: 5 },
    ]);
    expect(result.timed).toBe(false);
    expect(read(`${invoke}\n${ok}\n`).timed).toBe(true);
  });

  test('a mark of UTF-8, carriage returns and empty lines change nothing', () => {
    const plain = events(read(`${invoke}\n${ok}\n`));
    expect(events(read(`\ufeff${invoke}\r\n\r\n${ok}\r\n`))).toEqual(plain);
  });

  test('integers beyond 2^53 keep all their digits', () => {
    const [a, b] = ['9007199254740993', '9007199254740992'];
    const text = `{"type":"invoke","process":0,"f":"w","value":${a}}\n{"type":"invoke","process":1,"f":"w","value":[${b}]}\n`;
    expect(events(read(text)).map((event) => event.value)).toEqual([a, [b]]);
  });

  test('numbers are those of JSON', () => {
    const numbers = ['0', '-1', '1.5', '-0.25', '1e3', '2E-2', '123456789012345', '1e300'];
    const text = `{"type":"invoke","process":0,"f":"w","value":[${numbers.join(',')}]}`;
    expect(events(read(text))[0]?.value).toEqual(numbers.map(Number));
    for (const wrong of ['+1', '.5', '1.', '0x1', '1e', '--1', 'NaN', '01', '-01', '00.5'])
      expect(refusal(`{"type":"invoke","process":0,"f":"w","value":[${wrong}]}\n`)).toContain(
        'h, line 1',
      );
  });

  test('fields that dsx does not know are skipped', () => {
    const text =
      '{"type":"invoke","process":0,"f":"read","op-index":7,"exception":{"a":[1,{"b":"]}"}]}}';
    expect(short(read(text))).toEqual([['invoke', 0, 'read', undefined]]);
  });

  test('equal values have equal ids, however they were written', () => {
    const line = (process: number, value: string): string =>
      `{"type":"invoke","process":${process},"f":"w","key":"k","value":${value}}\n`;
    const { history } = read(
      line(0, '5') + line(1, ' 5') + line(2, '5.0') + line(3, '"5"') + line(4, '"\\u0035"'),
    );
    const ids = [...history.events.value];
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(new Set(ids.slice(3)).size).toBe(1);
    expect(ids[0]).not.toBe(ids[3]);
  });

  test('an array that differs in one byte from one before it is another array', () => {
    const line = (process: number, value: string): string =>
      `{"type":"invoke","process":${process},"f":"w","value":${value}}\n`;
    const values = ['[1,2]', '[1,3]', '[1,2]', '["a]",1]', '["a]",2]', '[12]', '[1, 2]'];
    const text = values.map((value, process) => line(process, value)).join('');
    expect(events(read(text)).map((event) => event.value)).toEqual(
      values.map((value) => JSON.parse(value) as unknown),
    );
  });

  test('a number with a zero in front is no JSON, also where a value stands alone', () => {
    expect(refusal(invoke.replace('"value":1', '"value":01'))).toContain('h, line 1');
    expect(refusal(invoke.replace('"time":5', '"time":05'))).toContain('h, line 1');
  });

  test('arrays and texts that share a hash are told apart', () => {
    const line = (process: number, value: string): string =>
      `{"type":"invoke","process":${process},"f":"w","value":${value}}\n`;
    // Found by search: each pair has one length, and one hash in the tables of the reader.
    const values = ['[203,1]', '[297,1]', '[203,1]', '"k0oglidp"', '"k0ec9ni9"', '"k0oglidp"'];
    const text = values.map((value, process) => line(process, value)).join('');
    expect(events(read(text)).map((event) => JSON.stringify(event.value))).toEqual(values);
  });

  test('a field named __proto__ is a field', () => {
    const [event] = events(
      read('{"type":"invoke","process":0,"f":"w","value":{"__proto__":{"a":1}}}'),
    );
    expect(JSON.stringify(event?.value)).toBe('{"__proto__":{"a":1}}');
  });

  test('a value that is nested without end is an error, not a crash', () => {
    expect(
      refusal(`{"type":"invoke","process":0,"f":"w","value":${'['.repeat(100_000)}`),
    ).toContain('nesting');
    expect(refusal(`{:type :invoke :process 0 :f :w :value ${'['.repeat(100_000)}`)).toContain(
      'nesting',
    );
  });

  test.each([
    '["r",0,null]',
    '["w",0,0]',
    '["w",10,20]',
    '["w",1,2.5]',
    '["w",1,2e1]',
    '["w",1,-2]',
    '["w",1,9999999999]',
    '["w",1]',
    '["w",1,2,3]',
    '["w",1,"x"]',
    '["w","k",2]',
    '["w",1,2 ]',
    '["w", 1,2]',
    '["w",1,[2,3]]',
    '["w",1,[]]',
    '["w",1,2],["w",3,4]',
    '["w",1,2],["w",3,4,5],["w",3,4]',
    '["w",1,2],[]',
    '["wx",1,2],["w",1,2],["wx",1,2]',
    '["r",7,null,null]',
    '["r",null,7]',
  ])('a micro-operation after usual ones is read as JSON has it: %s', (micro) => {
    const value = `[["w",1,2],["r",3,null],["w",2,1],${micro}]`;
    const line = (index: number, type: string): string =>
      `{"index":${index},"time":${index},"type":"${type}","process":0,"f":"txn","value":${value}}`;
    const found = events(read(`${line(0, 'invoke')}\n${line(1, 'ok')}\n`));
    const expected: unknown = JSON.parse(value);
    expect(found.map((event) => event.value)).toEqual([expected, expected]);
  });

  test.each(['["r",05,null]', '["w",0,00]', '["r",7,nul]', '["w",1,2}', '["w",1,]', '["w",,1]'])(
    'what is nearly a micro-operation is refused: %s',
    (micro) => {
      const line = `{"index":0,"time":1,"type":"invoke","process":0,"f":"txn","value":[["w",1,2],["r",7,null],${micro}]}`;
      expect(refusal(`${line}\n${ok}\n`)).toContain('line 1');
    },
  );
});

describe('the JSON of elle-cli', () => {
  test('is one array, whose keywords may have kept their colons', () => {
    const result = read(
      '[{"type":":invoke","f":":txn","value":[["r",1,null]],"process":0},\n {"type":":ok","f":":txn","value":[["r",1,2]],"process":0}, {"type":"info","f":"kill","process":":nemesis","error":null}]',
    );
    expect(result.format).toBe('elle-json');
    expect(short(result)).toEqual([
      ['invoke', 0, 'txn', [['r', 1, null]]],
      ['ok', 0, 'txn', [['r', 1, 2]]],
      ['info', 'nemesis', 'kill', undefined],
    ]);
  });

  test('its errors are codes', () => {
    const text = (error: string): string =>
      `[{"type":"invoke","f":"a","process":0},{"type":"fail","f":"a","process":0,"error":${error}}]`;
    const error = (json: string): unknown => events(read(text(json)))[1]?.error;
    expect(error('"not-held"')).toEqual(['not-held', '']);
    expect(error('["not-found","no lease"]')).toEqual(['not-found', 'no lease']);
    expect(error('null')).toBeUndefined();
  });

  test('transactions may leave out f and process', () => {
    const result = read(
      '[{"type":"invoke","value":[["append",1,1]]},{"type":"ok","value":[["append",1,1]]},{"type":"invoke","value":[["r",1,null]]},{"type":"ok","value":[["r",1,[1]]]}]',
    );
    expect(events(result).map(({ process, f }) => [process, f])).toEqual([
      [1, 'txn'],
      [1, 'txn'],
      [2, 'txn'],
      [2, 'txn'],
    ]);
    expect(result.warnings[0]).toContain('2 operations without "process"');
  });

  test('without processes, two open operations cannot be told apart', () => {
    const message = refusal(
      '[{"type":"invoke","f":"a"},{"type":"invoke","f":"a"},{"type":"ok","f":"a"}]',
    );
    expect(message).toContain('expected a "process"');
  });

  test('an array that was cut off between events is said', () => {
    expect(read(`[${invoke},\n${ok}`).warnings[0]).toContain('ends inside of the array');
    expect(refusal(`[${invoke}]x`)).toContain('expected nothing after the array');
    expect(refusal(`[${invoke} ${ok}]`)).toContain('"," or "]"');
  });
});

describe('EDN', () => {
  const expected = [
    ['invoke', 0, 'cas', [1, 2]],
    ['fail', 0, 'cas', [1, 2]],
    ['info', 'nemesis', 'start', undefined],
  ];
  const maps = [
    '{:process 0, :type :invoke, :f :cas, :value [1 2]}',
    '{:process 0, :type :fail, :f :cas, :value [1 2], :error nil}',
    '{:process :nemesis, :type :info, :f :start}',
  ];

  test.each([
    ['one map a line', maps.join('\n')],
    ['one vector', `[${maps.join('\n ')}]`],
    ['one list', `(${maps.join(' ')})`],
    ['tagged maps', maps.map((map) => `#jepsen.history.Op${map}`).join('\n')],
    ['comments', `; first\n[;; and\n${maps.join(' ; more\n')} ; last\n] ; and after`],
    ['what is to be ignored', `#_{:type :bad} ${maps.join('\n#_ [1 2]\n')}`],
  ])('reads %s', (_, text) => {
    const result = read(`${text}\n`);
    expect(result.format).toBe('edn');
    expect(short(result)).toEqual(expected);
    expect(result.warnings).toEqual([]);
  });

  test.each([
    ['nil', null],
    ['[true false nil]', [true, false, null]],
    ['[:a a/b "c\\n\\u0041" \\x \\newline]', ['a', 'a/b', 'c\nA', 'x', '\n']],
    ['[1 -2 +3 1.5 1e3 7N 2.5M]', [1, -2, 3, 1.5, 1000, 7, 2.5]],
    ['[9007199254740993 -9007199254740993N]', ['9007199254740993', '-9007199254740993']],
    ['[1/2 -3/4]', [0.5, -0.75]],
    ['#{1 2 3}', [1, 2, 3]],
    ['(1 2 #{3})', [1, 2, [3]]],
    ['{0 10, :a [1], "b" {:c nil}}', { 0: 10, a: [1], b: { c: null } }],
    ['#:x{:a 1}', { 'x/a': 1 }],
    ['#inst "2026-01-01"', '2026-01-01'],
    ['^{:m 1} [1]', [1]],
    ['[##NaN #"re"]', ['##NaN', 're']],
  ])('reads the value %s', (text, value) => {
    expect(events(read(`{:process 0 :type :invoke :f :x :value ${text}}\n`))[0]?.value).toEqual(
      value,
    );
  });

  test('two keys of a map that would become one are refused', () => {
    expect(refusal('{:process 0 :type :invoke :f :x :value {1 :a, "1" :b}}\n')).toContain('twice');
  });

  test('a word in place of a failed value is the error', () => {
    const result = read(
      '{:process 0 :type :invoke :f :write :value 4}\n{:process 0 :type :info :f :write :value :timed-out}\n',
    );
    expect(events(result)[1]).toMatchObject({ value: 4, error: ['timed-out', ''] });
  });

  test('a word said by the nemesis is its value', () => {
    const result = read('{:process :nemesis :type :info :f :start :value :majority}\n');
    expect(events(result)[0]).toMatchObject({ value: 'majority' });
  });

  test('a cut-off end is said, a bracket that is missing before other events is an error', () => {
    const cut = read(`[${maps.join('\n')}`.slice(0, -10));
    expect(events(cut)).toHaveLength(2);
    expect(cut.warnings[0]).toContain('ends inside of an event');
    expect(read(`[${maps.join('\n')}`).warnings[0]).toContain('ends inside of the list');
    expect(refusal(`{:process 0, :type :invoke, :f :x, :value [1\n${maps.join('\n')}\n`)).toMatch(
      /^h, line 1, column 1: .*closed/,
    );
  });

  test('what is no op map is an error with line and column', () => {
    expect(refusal(`${maps[0] ?? ''}\n17\n`)).toMatch(/^h, line 2, column 1: expected an op map/);
    expect(refusal('{:process 0 :type :invoke :f :x}\n]\n')).toMatch(/line 2, column 1/);
    expect(refusal('{:process 0 :type :invoke :f}\n')).toMatch(
      /line 1, column 29: expected a value/,
    );
  });

  test('porcupine’s logs have a key beside the value', () => {
    const result = read(
      '{:process 0, :type :invoke, :f :append, :key "0", :value "x 9 0 y"}\n{:process 0, :type :ok, :f :append, :key "0", :value "x 9 0 y"}\n',
    );
    expect(result.format).toBe('porcupine-kv');
    expect(events(result)[0]).toMatchObject({ key: '0', f: 'append', value: 'x 9 0 y' });
  });
});

describe('processes', () => {
  const op = (process: number, type: string, value: number): string =>
    `{:process ${process}, :type :${type}, :f :write, :value ${value}}\n`;

  test('one that goes on after an info is a new one, and that is said', () => {
    const result = read(
      op(0, 'invoke', 1) +
        op(0, 'info', 1) +
        op(0, 'invoke', 2) +
        op(3, 'invoke', 3) +
        op(0, 'ok', 2) +
        op(0, 'invoke', 4) +
        op(0, 'info', 4) +
        op(0, 'invoke', 5) +
        op(0, 'ok', 5),
    );
    expect(events(result).map((event) => event.process)).toEqual([0, 0, 4, 3, 4, 4, 4, 5, 5]);
    expect([...result.history.events.pair]).toEqual([1, 0, 4, -1, 2, 6, 5, 8, 7]);
    expect(result.warnings[0]).toContain('numbered from 4');
  });

  test('one that goes on while its operation is open is an error', () => {
    expect(refusal(op(0, 'invoke', 1) + op(0, 'invoke', 2))).toMatch(/line 2: .*still open/);
  });

  test('a lone info says nothing about an operation', () => {
    const result = read(op(0, 'info', 1) + op(0, 'invoke', 2) + op(0, 'ok', 2));
    expect(events(result).map((event) => event.process)).toEqual([0, 0, 0]);
  });
});

describe('keys of independent objects', () => {
  const op = (process: number, type: string, f: string, value: string): string =>
    `{:process ${process}, :type :${type}, :f :${f}, :value ${value}}\n`;
  const registers =
    op(0, 'invoke', 'write', '[1 5]') +
    op(1, 'invoke', 'cas', '[2 [5 6]]') +
    op(0, 'ok', 'write', '[1 5]') +
    op(1, 'fail', 'cas', '[2 [5 6]]') +
    op(0, 'invoke', 'read', '[1 nil]') +
    op(0, 'ok', 'read', '[1 5]');

  test('tuples of registers are split if nothing else fits, and that is said', () => {
    const result = read(registers);
    expect(events(result).map(({ key, value }) => [key, value])).toEqual([
      [1, 5],
      [2, [5, 6]],
      [1, 5],
      [2, [5, 6]],
      [1, null],
      [1, 5],
    ]);
    expect(result.warnings[0]).toContain('[key value] tuples');
    expect(read(registers, 'auto', { keys: 'plain' }).history.keys).toHaveLength(0);
  });

  test.each([
    ['cas of one register', op(0, 'invoke', 'cas', '[1 2]') + op(0, 'ok', 'cas', '[1 2]')],
    ['writes alone', op(0, 'invoke', 'write', '[1 2]') + op(0, 'ok', 'write', '[1 2]')],
    ['a read without a key', registers + op(0, 'invoke', 'read', 'nil')],
    ['a read of a pair', op(0, 'invoke', 'read', '[1 nil]') + op(0, 'ok', 'read', '[2 3]')],
    ['another function', registers + op(0, 'invoke', 'add', '[1 2]')],
    ['elements of a set', op(0, 'invoke', 'add', '[1 2]') + op(0, 'ok', 'add', '[1 2]')],
  ])('%s: left as they are', (_, text) => {
    expect(read(text).history.keys).toHaveLength(0);
  });

  test('where they are asked for, every value must be one', () => {
    const text = op(0, 'invoke', 'add', '[1 2]') + op(0, 'ok', 'add', '[1 2]');
    expect(events(read(text, 'auto', { keys: 'tuples' }))[0]).toMatchObject({ key: 1, value: 2 });
    expect(refusal(text + op(0, 'invoke', 'add', '7'), 'auto', { keys: 'tuples' })).toContain(
      'event 2',
    );
  });
});

describe('the Jepsen console log', () => {
  test('is read whatever stands before the operation', () => {
    const result = read(
      [
        'INFO  jepsen.util - 0\t:invoke\t:read\tnil',
        'INFO  jepsen.core - Worker 1 starting',
        '2026-01-02 12:00:00,123{GMT}\tINFO\t[jepsen worker 1] jepsen.util: 1\t:invoke\t:cas\t[1 2]',
        'INFO [2016-01-01 12:00:00,123] jepsen worker 0 - jepsen.util 0   :fail   :read   :timed-out',
        'INFO  jepsen.util - 1\t:info\t:cas\t[1 2]\t[:net "no route: [x"]',
        'INFO  jepsen.util - :nemesis\t:info\t:start\tnil',
        '',
      ].join('\r\n'),
    );
    expect(result.format).toBe('jepsen-log');
    expect(short(result)).toEqual([
      ['invoke', 0, 'read', null],
      ['invoke', 1, 'cas', [1, 2]],
      ['fail', 0, 'read', null],
      ['info', 1, 'cas', [1, 2]],
      ['info', 'nemesis', 'start', null],
    ]);
    expect(events(result).map((event) => event.error)).toEqual([
      undefined,
      undefined,
      ['timed-out', ''],
      ['net', 'no route: [x'],
      undefined,
    ]);
    expect(result.warnings).toEqual(['1 line without an operation left out']);
  });

  test('a line that begins like an operation and is none is an error', () => {
    const log = 'INFO  jepsen.util - 0\t:invoke\t:read\tnil\n';
    expect(refusal(`${log}INFO  jepsen.util - 1\t:invoke\n${log}`)).toMatch(/^h, line 2/);
    expect(refusal(`${log}INFO  jepsen.util - 1\t:invoke\t:cas\t[1\n${log}`)).toMatch(/^h, line 2/);
    expect(read(`${log}INFO  jepsen.util - 1\t:invoke\t:cas\t[1`).warnings[0]).toContain('line 2');
  });
});

describe('transactions without time', () => {
  test('AWDIT: sessions are processes, and say nothing about real time', () => {
    const result = read('w 0 0\n=====\nr 0 0\nw 1 1\n-----\nr 1 1\nr 2 0\n=====\nr 0 0');
    expect(result).toMatchObject({ format: 'awdit', realTime: false, timed: false });
    expect(short(result)).toEqual([
      ['invoke', 0, 'txn', [['w', 0, 0]]],
      [
        'invoke',
        1,
        'txn',
        [
          ['r', 0, null],
          ['w', 1, 1],
        ],
      ],
      ['invoke', 2, 'txn', [['r', 0, null]]],
      ['ok', 0, 'txn', [['w', 0, 0]]],
      [
        'ok',
        1,
        'txn',
        [
          ['r', 0, 0],
          ['w', 1, 1],
        ],
      ],
      ['ok', 2, 'txn', [['r', 0, 0]]],
      [
        'invoke',
        1,
        'txn',
        [
          ['r', 1, null],
          ['r', 2, null],
        ],
      ],
      // Nobody wrote 0 to key 2: that is its initial value.
      [
        'ok',
        1,
        'txn',
        [
          ['r', 1, 1],
          ['r', 2, null],
        ],
      ],
    ]);
    expect(result.warnings[0]).toContain('"r 0 0" may be incomplete');
    expect(refusal('w 0 0\nx 1 1\nr 0 0\n')).toMatch(/^h, line 2, column 1/);
  });

  test('PolySI: accesses of a session’s transactions may be on any line, aborted ones failed', () => {
    const result = read('w(7,1,0,0)\nr(8,0,1,0)\nr(7,1,0,1)\nw(9,3,1,-1)\nw(7,2,0,1)\n');
    expect(result).toMatchObject({ format: 'polysi', realTime: false });
    expect(short(result)).toEqual([
      ['invoke', 0, 'txn', [['w', 7, 1]]],
      ['invoke', 1, 'txn', [['r', 8, null]]],
      ['ok', 0, 'txn', [['w', 7, 1]]],
      ['ok', 1, 'txn', [['r', 8, null]]],
      [
        'invoke',
        0,
        'txn',
        [
          ['r', 7, null],
          ['w', 7, 2],
        ],
      ],
      ['invoke', 1, 'txn', [['w', 9, 3]]],
      [
        'ok',
        0,
        'txn',
        [
          ['r', 7, 1],
          ['w', 7, 2],
        ],
      ],
      ['fail', 1, 'txn', [['w', 9, 3]]],
    ]);
    expect(read('w(7,1,0,0)\nr(7,1').warnings[0]).toContain('line 2');
  });
});

describe('LiMo', () => {
  test('methods become the functions of the models', () => {
    const queue = read(
      '# @object atomic-queue\n[1] call add(4)\n  [2] call remove\n[1] return\n[2] return empty\n[1] call deq()\n[1] return 4\n',
    );
    expect(queue.format).toBe('limo');
    expect(short(queue)).toEqual([
      ['invoke', 1, 'enqueue', 4],
      ['invoke', 2, 'dequeue', null],
      ['ok', 1, 'enqueue', 4],
      ['ok', 2, 'dequeue', null],
      ['invoke', 1, 'dequeue', null],
      ['ok', 1, 'dequeue', 4],
    ]);
    const stack = read(
      '# @object atomic-stack\n[1] call push a\n[1] return\n[1] call pop(?<1,0>)\n[1] return\n',
    );
    expect(short(stack)).toEqual([
      ['invoke', 1, 'push', 'a'],
      ['ok', 1, 'push', 'a'],
      ['invoke', 1, 'pop', null],
      ['ok', 1, 'pop', '<1,0>'],
    ]);
  });

  test('a return without its call is an error', () => {
    expect(refusal('[1] return 5\n', 'limo')).toMatch(/^h, line 1: expected a call/);
    expect(refusal('[1] call deq\nnonsense\n[1] return\n')).toMatch(/^h, line 2, column 1/);
  });
});

describe('which format it is', () => {
  test('an empty file shows none, and an unknown one names those there are', () => {
    expect(refusal('')).toContain('h is empty');
    expect(refusal('hello, world\n')).toMatch(/not a history .*[\s\S]*jsonl[\s\S]*awdit/);
    expect(refusal('\u0001\u0000\u0002')).toContain('not a history');
    expect(() => readHistory(Uint8Array.from([0xff, 0xfe, 0x7b, 0]), 'auto', 'h')).toThrow(
      'UTF-16',
    );
  });

  test('an empty file in a format that was named is a history without events', () => {
    const result = read('', 'jsonl');
    expect(result.history.eventCount).toBe(0);
    expect(result.warnings).toEqual(['the file has no events']);
  });

  test('a name that is almost a format gets that one as a hint', () => {
    expect(() => historyFormatOf('jsnl')).toThrow(UsageError);
    expect(() => historyFormatOf('jsnl')).toThrow('Did you mean "jsonl"?');
  });

  test('text that is not UTF-8 is an error where it stands', () => {
    const bytes = new TextEncoder().encode(`${invoke}\n${ok}\n`);
    const f = bytes.lastIndexOf(0x77);
    bytes[f] = 0xff;
    expect(() => readHistory(bytes, 'auto', 'h')).toThrow(/^h, line 2, .*UTF-8/);
  });
});

test('EDN that is written has what Jepsen’s tools look for', () => {
  const result = read(
    '{"index":0,"time":5,"type":"invoke","process":0,"f":"txn","value":[["append",1,2],["r",1,null]]}\n{"index":1,"time":6,"type":"info","process":0,"f":"txn","error":["timeout","no \\"answer\\""]}\n{"index":2,"time":7,"type":"invoke","process":5,"f":"cas","key":"x","value":[1,2]}\n{"index":3,"time":8,"type":"info","process":"nemesis","f":"start-partition","value":{"a b":"c"}}\n',
  );
  expect([...ednOf(result.history)].join('')).toBe(
    [
      '{:index 0, :time 5, :type :invoke, :process 0, :f :txn, :value [[:append 1 2] [:r 1 nil]]}',
      '{:index 1, :time 6, :type :info, :process 0, :f :txn, :value [[:append 1 2] [:r 1 nil]], :error [:timeout "no \\"answer\\""]}',
      '{:index 2, :time 7, :type :invoke, :process 5, :f :cas, :value ["x" [1 2]]}',
      '{:index 3, :time 8, :type :info, :process :nemesis, :f :start-partition, :value {"a b" "c"}}',
      '',
    ].join('\n'),
  );
});
