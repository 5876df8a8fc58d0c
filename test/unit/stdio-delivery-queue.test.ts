import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeliveryQueue } from '../../src/testbed/stdio/delivery-queue.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('everything arrives once, when it is due and not before, and of two due at once the first sent first', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.nat({ max: 3 }))),
      (sendings) => {
        const arrived: { order: number; atMs: number }[] = [];
        const queue = new DeliveryQueue<number>(
          () => Date.now(),
          (order) => arrived.push({ order, atMs: Date.now() }),
        );
        const due: { order: number; atMs: number }[] = [];
        for (const [order, [delayMs, pauseMs]] of sendings.entries()) {
          queue.push(order, delayMs);
          due.push({ order, atMs: Date.now() + delayMs });
          vi.advanceTimersByTime(pauseMs);
        }
        vi.advanceTimersByTime(100);
        expect(arrived).toEqual(due.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order));
        expect([queue.length, vi.getTimerCount()]).toEqual([0, 0]);
      },
    ),
  );
});

test('what comes after its time is told with the time by which it is late', () => {
  const late: number[] = [];
  let nowMs = 0;
  const queue = new DeliveryQueue<string>(
    () => nowMs,
    () => undefined,
    (lateMs) => late.push(lateMs),
  );
  queue.push('a', 10);
  queue.push('b', 25);
  nowMs = 30;
  vi.advanceTimersByTime(10);
  expect(late).toEqual([20, 5]);
});

test('what was sent while something arrives is not lost', () => {
  const arrived: string[] = [];
  const queue = new DeliveryQueue<string>(
    () => Date.now(),
    (cargo) => {
      arrived.push(cargo);
      if (cargo === 'question') queue.push('answer', 5);
    },
  );
  queue.push('question', 5);
  vi.advanceTimersByTime(20);
  expect(arrived).toEqual(['question', 'answer']);
});

test('a cleared queue delivers nothing and leaves no timer', () => {
  const arrived: string[] = [];
  const queue = new DeliveryQueue<string>(
    () => Date.now(),
    (cargo) => arrived.push(cargo),
  );
  queue.push('late', 5);
  queue.clear();
  vi.advanceTimersByTime(20);
  expect([arrived.length, vi.getTimerCount()]).toEqual([0, 0]);
});
