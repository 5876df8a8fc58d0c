/* eslint-disable no-control-regex -- control characters are what this is about */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shellWord } from '../../../src/base/text.ts';
import {
  escapeCommandMessage,
  escapeCommandProperty,
  escapeHtml,
  escapeMarkdown,
  escapeScriptJson,
  escapeXml,
  escapeXmlAttribute,
  markdownBlock,
  markdownCode,
  printable,
} from '../../../src/report/escape.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });
const nastyText = fc.oneof(anyText, fc.stringMatching(/^[<>&"'`\\|:,%\r\n\u0000\u001b\]-]{0,30}$/));

describe('what comes from outside never becomes markup', () => {
  test('HTML text holds no bracket, quote or bare ampersand', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        const escaped = escapeHtml(text);
        expect(escaped).not.toMatch(/[<>"']/);
        expect(escaped.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
      }),
    );
  });

  test('XML holds only characters that XML 1.0 allows', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        expect(escapeXml(text)).not.toMatch(
          /[<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/,
        );
        expect(escapeXml(text)).toBe(Buffer.from(escapeXml(text)).toString());
        expect(escapeXmlAttribute(text)).not.toMatch(/[\r\n\t]/);
      }),
    );
    expect(escapeXml('a\u0000b\ud800c')).toBe('a\ufffdb\ufffdc');
    expect(escapeXmlAttribute('a\nb')).toBe('a&#10;b');
  });

  test('JSON in a script element is the same JSON and cannot end the element', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const escaped = escapeScriptJson(JSON.stringify(value));
        expect(JSON.parse(escaped)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(escaped).not.toContain('<');
      }),
    );
    expect(escapeScriptJson('"</script><!--"')).not.toContain('<');
  });

  test('a workflow command stays one line, and its title ends where it ends', () => {
    fc.assert(
      fc.property(nastyText, (text) => {
        expect(escapeCommandMessage(text)).not.toMatch(/[\r\n]/);
        expect(escapeCommandProperty(text)).not.toMatch(/[\r\n:,]/);
        const back = escapeCommandProperty(text)
          .replaceAll('%3A', ':')
          .replaceAll('%2C', ',')
          .replaceAll('%0A', '\n')
          .replaceAll('%0D', '\r')
          .replaceAll('%25', '%');
        expect(back).toBe(text);
      }),
    );
  });

  test('a fenced block cannot be closed by its content, nor code by its backticks', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[`a\n]{0,40}$/), (text) => {
        const [fence = ''] = /^`+/.exec(markdownBlock(text)) ?? [];
        expect(text).not.toContain(fence);
        const code = markdownCode(text);
        const [open = ''] = /^`+/.exec(code) ?? [];
        expect(code.slice(open.length, -open.length)).not.toContain(open);
      }),
    );
  });

  test('Markdown text makes no link, no table cell and no mention', () => {
    expect(escapeMarkdown('[a](b) | <img> @you')).toBe('\\[a\\](b) \\| \\<img\\> @\u200byou');
  });

  test('a terminal is not steered', () => {
    expect(printable('\u001b[2Jx\ny')).toBe('\\x1b[2Jx\\x0ay');
    expect(printable('a\nb\r', true)).toBe('a\nb\\x0d');
  });
});

test('a shell reads a word as that word', () => {
  expect(shellWord('histories/runs/a-1')).toBe('histories/runs/a-1');
  expect(shellWord("it's here")).toBe(`'it'\\''s here'`);
  expect(shellWord('')).toBe("''");
});
