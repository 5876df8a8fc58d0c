import { describe, expect, test } from 'vitest';
import { HistoryError } from '../../src/base/errors.ts';
import { eventLine, parseEventLine } from '../../src/history/line.ts';

describe('an event as a line', () => {
  test('has its fields in one order, whatever the order of the object', () => {
    const line = eventLine({
      final: true,
      error: ['timeout', 'no answer'],
      node: 'n2',
      value: [1, 2],
      key: 'x',
      f: 'cas',
      process: 3,
      type: 'info',
      time: 123456789,
      index: 12,
    });
    expect(line).toBe(
      '{"index":12,"time":123456789,"type":"info","process":3,"f":"cas","key":"x","value":[1,2],"node":"n2","error":["timeout","no answer"],"final":true}',
    );
  });

  test('leaves out what is not there, but not null', () => {
    const line = eventLine({
      index: 0,
      time: 0,
      type: 'invoke',
      process: 0,
      f: 'read',
      value: null,
    });
    expect(line).toBe('{"index":0,"time":0,"type":"invoke","process":0,"f":"read","value":null}');
    expect(parseEventLine(line)).toEqual(JSON.parse(line));
  });

  test('stays one line, whatever its texts hold', () => {
    const text = 'a"b\\c\nd\u0000e\u2028f\ud83dg';
    const event = {
      index: 0,
      time: 0,
      type: 'ok',
      process: 'nemesis',
      f: text,
      key: text,
    } as const;
    const line = eventLine(event);
    expect(line).not.toContain('\n');
    expect(parseEventLine(line)).toEqual(event);
  });

  test.each([
    ['', 'one JSON object'],
    ['[]', 'one JSON object'],
    ['{"index":0', 'one JSON object'],
    ['{"time":0,"type":"ok","process":0,"f":"r"}', '"index"'],
    ['{"index":0,"time":"0","type":"ok","process":0,"f":"r"}', '"time"'],
    ['{"index":0,"time":0,"type":"done","process":0,"f":"r"}', '"type"'],
    ['{"index":0,"time":0,"type":"ok","process":-1,"f":"r"}', '"process"'],
    ['{"index":0,"time":0,"type":"ok","process":0,"f":7}', '"f"'],
    ['{"index":0,"time":0,"type":"ok","process":0,"f":"r","error":"x"}', '"error"'],
  ])('refuses %s and says what was expected', (line, expected) => {
    expect(() => parseEventLine(line)).toThrow(HistoryError);
    expect(() => parseEventLine(line)).toThrow(expected);
  });
});
