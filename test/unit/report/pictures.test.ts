/** Pictures as files of their own. */
import { describe, expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { focusOf } from '../../../src/report/focus.ts';
import { chartPictures } from '../../../src/report/pictures/charts.ts';
import { evidenceFiles } from '../../../src/report/pictures/evidence-files.ts';
import { Room } from '../../../src/report/traces.ts';
import {
  hugeHistory,
  loadedHistory,
  readSkew,
  reportOf,
  staleRead,
  validVerdict,
} from './sample-runs.ts';

const loaded = loadedHistory(800);
const report = reportOf(loaded, [validVerdict(loaded)]);

async function wellFormed(fileName: string, contents: string): Promise<void> {
  const { errors } = await validateXML({
    xml: [{ fileName, contents }],
    normalization: 'format',
  });
  expect(errors.map(({ message }) => `${fileName}: ${message}`)).toEqual([]);
}

describe('pictures', () => {
  test('are XML, name no colour by a variable, and refer to nothing outside', async () => {
    const files = [
      ...chartPictures(report),
      ...evidenceFiles(staleRead()),
      ...evidenceFiles(readSkew()),
    ].filter(([name]) => name.endsWith('.svg'));
    expect(files.map(([name]) => name)).toEqual([
      'latency-raw.svg',
      'latency-quantiles.svg',
      'rate.svg',
      '1-stale-read.svg',
      '1-G-single.svg',
      '1-G-single-cycle.svg',
    ]);
    for (const [name, svg] of files) {
      expect(svg).not.toContain('var(');
      expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|url\((?!#)/);
      expect(svg).not.toContain('NaN');
      await wellFormed(name, svg);
    }
  });

  test('show each fault as a band', () => {
    for (const [name, svg] of chartPictures(report))
      expect(svg.match(/fill-opacity="0.14"/g), name).toHaveLength(4);
  });

  test('of a clock that was wrong show by how much', () => {
    const faults = report.summary.faults.map((fault) => ({
      ...fault,
      window: {
        ...fault.window,
        fault: {
          ...fault.window.fault,
          nodes: ['n2'],
          detail: { skews: { n2: { offsetMs: 12_000, rate: 0, periodMs: 0 } } },
        },
      },
    }));
    const [, svg = ''] =
      chartPictures({ ...report, summary: { ...report.summary, faults } }).find(
        ([name]) => name === 'clock-offsets.svg',
      ) ?? [];
    expect(svg).toContain('+10 s');
    expect(svg).toContain('>n2</text>');
    expect(chartPictures(report).some(([name]) => name === 'clock-offsets.svg')).toBe(false);
  });

  test('of a long run are no larger than of a short one by what does not show', () => {
    const huge = hugeHistory(200_000);
    for (const [name, svg] of chartPictures(reportOf(huge, [validVerdict(huge)])))
      expect(svg.length, name).toBeLessThan(1_000_000);
  });

  test('whatever a system answers, no element comes of it', () => {
    const { history, summary, folder } = staleRead();
    const hostile = '</text><script>alert(1)</script>&"\'\u0000';
    const verdicts = summary.verdicts.map((verdict) =>
      verdict.valid === false
        ? {
            ...verdict,
            anomalies: verdict.anomalies.map((one) => ({ ...one, type: hostile, key: hostile })),
          }
        : verdict,
    ) as unknown as typeof summary.verdicts;
    for (const [name, text] of evidenceFiles({
      history,
      folder,
      summary: { ...summary, verdicts },
    })) {
      expect(name).toMatch(/^[\w.-]+$/);
      if (name.endsWith('.svg')) expect(text).not.toContain('<script');
    }
  });
});

describe('room for traces', () => {
  test('what is not kept is counted, and what is in focus goes first', () => {
    const room = new Room<number>(100, [{ fromNs: 5000, toNs: 5049 }]);
    for (let ns = 0; ns < 10_000; ns += 1) room.add(ns, () => ns);
    const items = room.items();
    expect(items).toHaveLength(100);
    expect(items.filter((ns) => ns >= 5000 && ns <= 5049)).toHaveLength(50);
    expect(items).toContain(0);
    expect(room.omitted).toBe(9900);
  });

  test('the focus is around the operations of the anomalies', () => {
    const { summary, history } = staleRead();
    const [only, ...others] = focusOf(summary.verdicts, history);
    expect(others).toEqual([]);
    expect(only).toEqual({ fromNs: 1_000_000 - 50_000_000, toNs: 13_000_000 + 50_000_000 });
    expect(focusOf(report.summary.verdicts, loaded)).toEqual([]);
  });
});
