import { expect, test } from 'vitest';
import { parseEnvelope, scanEnvelope } from '../../src/testbed/stdio/envelope.ts';

const plain = { src: 'n1', dest: 'n2', body: '{"type":"echo","n":1}' };

test.each([
  ['{"src":"n1","dest":"n2","body":{"type":"echo","n":1}}'],
  ['{"body":{"type":"echo","n":1},"dest":"n2","src":"n1"}'],
  [' {"src" : "n1" , "dest": "n2","body":{"type":"echo","n":1} } \r'],
  ['{"id":7,"src":"n1","dest":"n2","body":{"type":"echo","n":1}}'],
])('an envelope is read whatever the order of its fields and its spaces: %s', (line) => {
  expect(scanEnvelope(line)).toEqual(plain);
  expect(parseEnvelope(line)).toEqual(plain);
});

test('the body goes on as the text that it came as: no digit is lost, no field moved', () => {
  const body = '{ "n":12345678901234567890, "f":1.0, "2":0, "1":0, "t":"\\u00e9\\/" }';
  expect(parseEnvelope(`{"src":"n1","dest":"n2","body":${body}}`)).toMatchObject({ body });
});

test('names with escapes are understood, though not by the scanner', () => {
  const line = '{"s\\u0072c":"n\\u0031","dest":"n2","body":{}}';
  expect(scanEnvelope(line)).toBeUndefined();
  expect(parseEnvelope(line)).toEqual({ src: 'n1', dest: 'n2', body: '{}' });
});

test('nesting that is deeper than the scanner goes is still understood', () => {
  const deep = `${'['.repeat(500)}${']'.repeat(500)}`;
  const found = parseEnvelope(`{"src":"n1","dest":"n2","body":{"deep":${deep}}}`);
  expect(found).toMatchObject({ body: `{"deep":${deep}}` });
});

test.each([
  ['INFO starting', /^not JSON: /],
  ['{"src":"n1","dest":"n2","body":{}', /^not JSON: /],
  ['{"src":"n1","dest":"n2","body":{"a":01}}', /^not JSON: /],
  ['{"src":"n1","dest":"n2","body":{"a":1,}}', /^not JSON: /],
  ['{"src":"n1","dest":"n2","body":{"a":"\t"}}', /^not JSON: /],
  ['{"src":"n1","dest":"n2","body":{}} {}', /^not JSON: /],
  ['', /^an empty line$/],
  ['7', /^not a JSON object$/],
  ['[]', /^not a JSON object$/],
  ['{"dest":"n2","body":{}}', /"src" must be a string/],
  ['{"src":1,"dest":"n2","body":{}}', /"src" must be a string/],
  ['{"src":"n1","dest":null,"body":{}}', /"dest" must be a string/],
  ['{"src":"n1","dest":"n2"}', /"body" must be an object/],
  ['{"src":"n1","dest":"n2","body":[]}', /"body" must be an object/],
  ['{"src":"n1","dest":"n2","body":"{}"}', /"body" must be an object/],
  ['{"src":"n1","dest":"n2","body":{},"id":"7"}', /"id" must be an integer/],
  ['{"src":"n1","dest":"n2","body":{},"type":"echo"}', /the field "type" has no place/],
])('what is no message is refused with the reason: %s', (line, reason) => {
  expect(scanEnvelope(line)).toBeUndefined();
  expect(parseEnvelope(line)).toMatch(reason);
});
