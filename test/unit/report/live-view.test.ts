import { PassThrough, Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { createProgress, type ProgressFigures } from '../../../src/cli/live-view.ts';
import { plainPaint } from '../../../src/report/paint.ts';

const figures: ProgressFigures = {
  ok: 1200,
  fail: 3,
  info: 2,
  rateHz: 498.7,
  inFlight: 9,
  elapsedMs: 2400,
  totalMs: 10_000,
  faults: ['n1, n2 | n3, n4, n5 cannot hear each other'],
};

function caught(isTty: boolean): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = Object.assign(new PassThrough(), { columns: 80, rows: 24, isTTY: isTty });
  let all = '';
  stream.on('data', (chunk: Buffer) => (all += chunk.toString()));
  return { stream, text: () => all };
}

describe('off a terminal', () => {
  test('phases and faults are plain lines as they come, and nothing is drawn over', () => {
    const { stream, text } = caught(false);
    const view = createProgress({ isTty: false, stream, paint: plainPaint });
    view.phase('starting 5 nodes');
    view.phase('testing');
    view.phase('testing');
    view.progress(figures);
    view.fault('start-partition: n1 is alone');
    view.log('two\nlines \u001b[2J');
    view.done();
    expect(text()).toBe(
      'starting 5 nodes\ntesting\n  fault start-partition: n1 is alone\ntwo\nlines \\x1b[2J\n',
    );
  });

  test('figures come now and then, so that a long run is seen to be alive', () => {
    const { stream, text } = caught(false);
    const view = createProgress({ isTty: false, stream, paint: plainPaint });
    view.phase('testing');
    for (let elapsedMs = 0; elapsedMs <= 100_000; elapsedMs += 100)
      view.progress({ ...figures, elapsedMs, totalMs: 100_000 });
    expect(
      text()
        .split('\n')
        .filter((line) => line.includes('1,200 ok')),
    ).toHaveLength(3);
  });
});

describe('on a terminal', () => {
  test('phase, counts, rate, faults and time left are there, and the cursor comes back', async () => {
    const { stream, text } = caught(true);
    const view = createProgress({ isTty: true, stream, paint: plainPaint });
    view.phase('testing');
    view.progress(figures);
    await expect.poll(text).toContain('499/s  1,200 ok  3 fail  2 info  9 in flight');
    expect(text()).toContain('n1, n2 | n3, n4, n5 cannot hear each other');
    expect(text()).toContain('8 s left');
    view.fault('start-partition');
    expect(text()).toContain('▒ start-partition\n');
    view.done();
    view.done();
    const drawn = text();
    expect(drawn.lastIndexOf('\u001b[?25h')).toBeGreaterThan(drawn.lastIndexOf('\u001b[?25l'));
    view.progress(figures);
    view.phase('later');
    expect(text()).toBe(drawn);
  });
});

test('a terminal without a size gets plain lines, not none', () => {
  const { stream, text } = caught(true);
  const view = createProgress({
    isTty: true,
    stream: Object.assign(stream, { rows: 0, columns: 0 }),
    paint: plainPaint,
  });
  view.phase('testing');
  view.fault('kill n1');
  view.done();
  expect(text()).toBe('testing\n  fault kill n1\n');
});

test('a stream that is gone ends no run', () => {
  const broken = new Writable({
    write() {
      throw new Error('EPIPE');
    },
  });
  for (const isTty of [true, false]) {
    const view = createProgress({ isTty, stream: broken, paint: plainPaint });
    view.phase('testing');
    view.progress(figures);
    view.fault('x');
    view.log('y');
    view.done();
  }
  broken.destroy(new Error('gone'));
});
