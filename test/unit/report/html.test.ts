import { Linter } from 'eslint';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Anomaly } from '../../../src/checker/verdict.ts';
import { HistoryBuilder } from '../../../src/history/builder.ts';
import type { History } from '../../../src/history/history.ts';
import { base64Pieces, packColumn } from '../../../src/report/html/binary.ts';
import { embedHistory } from '../../../src/report/html/embed.ts';
import { renderHtml, renderHtmlParts } from '../../../src/report/html/page.ts';
import { pageScript } from '../../../src/report/html/page-script.ts';
import { dataScript } from '../../../src/report/html/script/data.ts';
import { filterScript } from '../../../src/report/html/script/filter.ts';
import {
  hugeHistory,
  invalidVerdict,
  loadedHistory,
  readSkew,
  reportOf,
  staleAnomaly,
  staleRead,
  validVerdict,
} from './sample-runs.ts';

describe('columns', () => {
  test('base64 is base64, in pieces too', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect([...base64Pieces(bytes)].join('')).toBe(Buffer.from(bytes).toString('base64'));
      }),
    );
    const long = Uint8Array.from({ length: 500_001 }, (_, i) => i * 7);
    const pieces = [...base64Pieces(long)];
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(Buffer.from(long).toString('base64'));
  });

  test('a column is as narrow as its values allow', () => {
    const widths = [[], [255], [256], [65_535], [65_536], [0xffff_ffff]].map(
      (values) => packColumn('x', Uint32Array.from(values)).bytes,
    );
    expect(widths).toEqual([1, 1, 2, 2, 4, 4]);
  });
});

interface Page {
  readonly count: number;
  readonly indexOf: Uint32Array;
  readonly startOf: Uint32Array;
  readonly endOf: Uint32Array;
  readonly outcomeOf: Uint8Array;
  readonly operationText: (row: number) => string;
  readonly describe: (row: number) => string;
  readonly filter: Record<string, unknown>;
  readonly matchCount: () => number;
  readonly applyFilter: () => void;
}

/** Runs the page's own decoding and filtering on the page's own data, without a browser. */
function opened(html: string): Page {
  const texts = new Map(
    [...html.matchAll(/<script type="[^"]+" id="([^"]+)">([^<]*)<\/script>/g)].map(
      ([, id = '', text = '']) => [id, text],
    ),
  );
  const document = {
    getElementById: (id: string) => ({
      textContent: texts.get(id),
      remove: () => texts.delete(id),
    }),
  };
  const result =
    'return { count, indexOf, startOf, endOf, outcomeOf, operationText, describe, filter, applyFilter, matchCount: () => matchCount };';
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the script under test is text
  const run = new Function('document', `${dataScript}${filterScript}${result}`) as (
    document_: unknown,
  ) => Page;
  return run(document);
}

function pageOf(history: History): Page {
  return opened(renderHtml(reportOf(history, [validVerdict(history)])));
}

describe('what is embedded is what happened', () => {
  test('every operation, with its event, its times to the nanosecond and its outcome', () => {
    const history = loadedHistory(400);
    const page = pageOf(history);
    const { invoke, complete, outcome, count } = history.operations;
    const tickNs = embedHistory(history).tickNs;
    expect(tickNs).toBe(1);
    expect(page.count).toBe(count);
    for (let row = 0; row < count; row += 1) {
      const begin = invoke[row] ?? 0;
      const end = complete[row] ?? -1;
      expect(page.indexOf[row]).toBe(begin);
      expect(page.startOf[row]).toBe(Math.floor(history.events.timeNs[begin] ?? 0));
      expect(page.endOf[row]).toBe(
        end < 0 ? 0xffff_ffff : Math.floor(history.events.timeNs[end] ?? 0),
      );
      expect(page.outcomeOf[row]).toBe(outcome[row]);
    }
  });

  test('values read as they were, small numbers, negative ones, texts, nulls and lists', () => {
    const builder = new HistoryBuilder();
    const values = [5, -3, 2 ** 40, 1.5, 'a<b', true, [1, [2]], { a: 1 }];
    for (const [i, value] of values.entries()) {
      builder.add({ process: 0, f: 'write', type: 'invoke', time: 2 * i, value });
      builder.add({ process: 0, f: 'write', type: 'ok', time: 2 * i + 1, value });
    }
    builder.add({ process: 0, f: 'read', type: 'invoke', time: 90, value: null });
    builder.add({ process: 0, f: 'read', type: 'ok', time: 91, value: null });
    const page = pageOf(builder.build());
    const texts = values.map((_, row) => page.operationText(row).replace(/^write (?:→ )?/, ''));
    expect(texts).toEqual([
      '5',
      '-3',
      '1099511627776',
      '1.5',
      '"a<b"',
      'true',
      '[1,[2]]',
      '{"a":1}',
    ]);
    expect(page.operationText(values.length)).toBe('read → null');
  });

  test('a run of hours keeps order, to a tick that it says', () => {
    const builder = new HistoryBuilder();
    const hour = 3_600_000_000_000;
    for (let i = 0; i < 10; i += 1) {
      builder.add({ process: 0, f: 'read', type: 'invoke', time: i * hour, value: null });
      builder.add({ process: 0, f: 'read', type: 'ok', time: i * hour + 1_000_000, value: i });
    }
    const history = builder.build();
    const { tickNs } = embedHistory(history);
    expect(tickNs).toBeGreaterThan(1);
    expect(tickNs).toBeLessThan(10_000);
    const page = pageOf(history);
    expect(page.describe(1)).toContain('ok after 1 ms');
    expect(renderHtml(reportOf(history, [validVerdict(history)]))).toContain(
      `Moments here are to ${tickNs} ns`,
    );
  });
});

describe('the filter counts exactly', () => {
  const history = loadedHistory(400);
  const page = pageOf(history);
  const all = [...history.eachOperation()];
  const windows = reportOf(history, []).summary.faults.map(({ window }) => window);
  const endNs = (row: number): number => {
    const operation = all[row];
    const end = history.operations.complete[row] ?? -1;
    if (operation === undefined || end < 0) return history.events.timeNs.at(-1) ?? 0;
    return history.events.timeNs[end] ?? 0;
  };
  const initial = { ...page.filter };

  function counted(change: Record<string, unknown>): number {
    Object.assign(page.filter, initial, change);
    page.applyFilter();
    return page.matchCount();
  }

  test('by nothing, process, key, outcome and value', () => {
    expect(counted({})).toBe(all.length);
    expect(counted({ processes: '0-2, 5' })).toBe(
      all.filter(({ process }) => process <= 2 || process === 5).length,
    );
    expect(counted({ processes: 'nonsense' })).toBe(0);
    expect(counted({ keys: '3' })).toBe(all.filter(({ key }) => key === 3).length);
    expect(counted({ outcomes: new Set([2, 3]) })).toBe(
      all.filter(({ outcome }) => outcome !== 'ok').length,
    );
    const value = all.find((one) => one.f === 'write')?.input ?? 0;
    expect(counted({ value: JSON.stringify(value) })).toBe(
      all.filter((one) => one.input === value || (one.outcome === 'ok' && one.output === value))
        .length,
    );
  });

  test('by fault: each one, during any, outside of all', () => {
    const during = (row: number, i: number): boolean => {
      const window = windows[i];
      return (
        window !== undefined &&
        (all[row]?.invokeNs ?? 0) <= window.endNs &&
        endNs(row) >= window.startNs
      );
    };
    expect(windows).toHaveLength(4);
    const rows = all.map(({ id }) => id);
    for (const i of windows.keys())
      expect(counted({ fault: String(i) })).toBe(rows.filter((row) => during(row, i)).length);
    const inside = rows.filter((row) => windows.some((_, i) => during(row, i))).length;
    expect(counted({ fault: 'inside' })).toBe(inside);
    expect(counted({ fault: 'outside' })).toBe(all.length - inside);
  });
});

describe('the page', () => {
  test('is one file that asks nobody for anything', () => {
    for (const report of [staleRead(), readSkew()]) {
      const html = renderHtml(report);
      expect(html).not.toMatch(/\b(?:src|href)="(?!#)/);
      expect(html).not.toMatch(/@import|url\((?!#)|https?:/);
      expect(html).toContain("default-src 'none'");
    }
  });

  test('tells the verdict first, and the evidence without a script', () => {
    const html = renderHtml(staleRead());
    const body = html.slice(html.indexOf('<body>'), html.indexOf('<script'));
    const places = [
      '✗ not linearizable: stale read on key 3',
      'fault kill was asked for and never injected',
      'Why no correct system could have shown it',
      'which ended before write 2 began.',
      '<svg class="witness wide-only"',
      'dsx check histories/runs/20261121-register/history.jsonl --model linearizable',
      'A read returned a value that had already been overwritten before the read began.',
      'The longest order that the model allows: 2 operations',
      'Stuck:',
      'id="what-happened"',
      'verified: seen to cut',
      'dsx test --workload register --target raft --nemesis partition --seed 42',
      'dsx replay histories/runs/20261121-register --repeat 10',
      'dsx promote histories/runs/20261121-register',
    ].map((part) => body.indexOf(part));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    // Of two pictures, each for wide and for narrow screens.
    expect(body.match(/w-offending/g)).toHaveLength(8);
  });

  test('draws a cycle as a graph and explains each edge', () => {
    const html = renderHtml(readSkew());
    expect(html).toContain('<svg class="cycle"');
    expect(html.match(/class="c-edge /g)).toHaveLength(2);
    expect(html).toContain('T1 read x = [], which T2 had not yet appended 1 to');
  });

  test('an edge names its key, and a transaction shows what it did to it', () => {
    const html = renderHtml(readSkew());
    expect(html).toContain('>rw on x</text>');
    expect(html).toContain('>wr on y</text>');
    for (const part of ['r(x) = []', 'r(y) = [1]', 'append(x, 1)', 'append(y, 1)'])
      expect(html).toMatch(
        new RegExp(`c-text c-mentioned"[^>]*>${part.replace(/[[\]().]/g, '\\$&')}</text>`),
      );
  });

  test('the longest prefix of a checker is drawn with what could not come next, and why', () => {
    const { history } = staleRead();
    const anomaly: Anomaly = {
      ...staleAnomaly(),
      evidence: {
        witness: [{ label: 'C', invokeIndex: 6 }],
        longestPrefix: {
          length: 40,
          operationCount: 50,
          last: [{ event: 3, process: 1, text: 'write 2', state: '2' }],
          next: [{ event: 6, process: 3, text: 'read → 1', why: 'impossible in the state 2' }],
        },
      },
    };
    const html = renderHtml(reportOf(history, [invalidVerdict(history, [anomaly])]));
    expect(html).toContain('The longest order that the model allows: 40 of 50 operations');
    expect(html).toContain('The first 39 operations left out here.');
    expect(html).toContain('<td class="number">40</td><td><code>#3 write 2</code></td>');
    expect(html).toContain(
      '<td><b>C</b> <code>#6 read → 1</code></td><td>impossible in the state 2',
    );
    expect(html).toContain('>C: read → 1</text>');
    expect(html).toContain('>p3 n1</text>');
  });

  test('on a narrow screen a transaction takes several lines, each of whole parts', () => {
    const builder = new HistoryBuilder();
    const value = [0, 1, 2].map((i) => ['r', `key${i}`, [5, i]]);
    builder.add({ process: 0, f: 'txn', type: 'invoke', time: 0, value });
    builder.add({ process: 0, f: 'txn', type: 'ok', time: 1, value });
    const history = builder.build();
    const anomaly = { ...staleAnomaly(), operations: [0], evidence: { offending: [0] } };
    const html = renderHtml(reportOf(history, [invalidVerdict(history, [anomaly])]));
    const picture = /<svg class="witness narrow-only"[^]*?<\/svg>/.exec(html)?.[0] ?? '';
    const texts = [...picture.matchAll(/<text [^>]*>([^<]*)</g)].map(([, line = '']) => line);
    const lines = texts.filter((line) => line.startsWith('r(')).map((line) => line.trim());
    expect(lines.join('  ').replaceAll('\u00a0', ' ')).toBe(
      'r(key0) = [5,0]  r(key1) = [5,1]  r(key2) = [5,2]',
    );
    expect(lines.length).toBeGreaterThan(1);
  });

  test('of one type, the first three are open and the others fold', () => {
    const { history } = staleRead();
    const four = Array.from({ length: 4 }, () => staleAnomaly());
    const html = renderHtml(
      reportOf(history, [invalidVerdict(history, [staleAnomaly(), ...four])]),
    );
    expect(html.match(/<details class="fold">/g)).toHaveLength(2);
  });

  test('of many anomalies shows some, lists more, and counts the rest', () => {
    const { history } = staleRead();
    const anomaly = staleAnomaly();
    const many = Array.from({ length: 999 }, () => anomaly);
    const html = renderHtml(reportOf(history, [invalidVerdict(history, [anomaly, ...many])]));
    expect(html).toContain('1,000 anomalies');
    expect(html.match(/<article class="anomaly"/g)).toHaveLength(20);
    expect(html).toContain('500 more anomalies');
    expect(html).toContain('… and 480 more anomalies');
  });

  test('whatever a system answers, no element and no script comes of it', () => {
    const clean = tagsOf(nastyPage(lengthened('harmless')));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('</script><img>', '<!--', '" onload="x', "'><b>", '$&', ']]>'),
        ),
        (text) => {
          // One model, so that one is promised.
          fc.pre(text.trim() !== '' && !text.includes('\n') && !text.includes(','));
          expect(tagsOf(nastyPage(lengthened(text)))).toEqual(clean);
        },
      ),
      { numRuns: Number(process.env['DSX_RUNS'] ?? 30) },
    );
  });

  test('comes in small pieces, and a hundred thousand operations stay small', () => {
    const history = hugeHistory(100_000);
    let length = 0;
    for (const piece of renderHtmlParts(reportOf(history, [validVerdict(history)]))) {
      expect(piece.length).toBeLessThan(600_000);
      length += piece.length;
    }
    expect(length).toBeLessThan(10_000_000);
  });
});

/** Names of elements in order, outside of scripts and styles; a text counts once, however many lines it takes. */
function tagsOf(html: string): readonly string[] {
  const markup = html.replaceAll(/<(script|style)\b[^>]*>[^]*?<\/\1>/g, '<$1></$1>');
  const once = markup.replaceAll(/(?:<text [^<>]*>[^<>]*<\/text>)+/g, '<text></text>');
  return [...once.matchAll(/<\/?([a-z][a-z0-9]*)/gi)].map(([tag]) => tag);
}

/** Longer than all that a page cuts, however it counts characters. */
function lengthened(text: string): string {
  return text.repeat(Math.ceil(4000 / text.length));
}

function nastyPage(text: string): string {
  const builder = new HistoryBuilder();
  const call = { process: 0, f: text, key: text, value: text };
  builder.add({ ...call, type: 'invoke', time: 0, node: text });
  builder.add({ ...call, type: 'fail', time: 1, error: [text, text] });
  const history = builder.build();
  const anomaly: Anomaly = {
    type: text,
    key: text,
    model: text,
    operations: [0],
    explanation: text,
    evidence: {
      stuck: [{ operation: 0, state: text, reason: text }],
      cycle: [
        { operation: 0, edge: text, why: text },
        { operation: 1, edge: text, why: text },
      ],
    },
  };
  const verdict = { ...invalidVerdict(history, [anomaly]), checker: text, method: text };
  return renderHtml(
    reportOf(history, [verdict], {
      plan: { workload: text, model: text },
      summary: { command: text, warnings: [text], dsxVersion: text },
    }),
  );
}

describe('the script', () => {
  test('cannot end its own element', () => {
    expect(pageScript).not.toMatch(/<\/script|<!--/i);
  });

  test('is linted like all other code', () => {
    const browser = [
      ...['document', 'window', 'atob', 'getComputedStyle', 'requestAnimationFrame', 'setTimeout'],
      ...['clearTimeout', 'localStorage', 'navigator'],
    ];
    const complaints = new Linter().verify(pageScript, {
      languageOptions: {
        ecmaVersion: 2023,
        sourceType: 'script',
        globals: Object.fromEntries(browser.map((name) => [name, 'readonly'])),
      },
      rules: {
        'no-undef': 'error',
        'no-unused-vars': 'error',
        'no-redeclare': 'error',
        'no-shadow': 'error',
        'prefer-const': 'error',
        'no-var': 'error',
        eqeqeq: 'error',
        complexity: ['error', 14],
        'max-depth': ['error', 4],
        'no-unreachable': 'error',
        'no-self-assign': 'error',
        'no-dupe-keys': 'error',
      },
    });
    expect(complaints.map(({ line, message }) => `${line}: ${message}`)).toEqual([]);
  });
});
