/** What a read of a stream of NATS says. */
import { describe, expect, test } from 'vitest';
import { isAbsent, natsReadOutcome } from '../../src/client/nats/stream.ts';

describe('a read of a stream', () => {
  test('is what came, if the last message that was there came', () => {
    const reading = { payloads: ['1', '7'], wantedSequence: 2, lastSequence: 2 };
    expect(natsReadOutcome(reading)).toEqual({ type: 'ok', value: [1, 7] });
  });

  test('failed if it ended before', () => {
    const reading = { payloads: ['1'], wantedSequence: 2, lastSequence: 1 };
    expect(natsReadOutcome(reading).type).toBe('fail');
  });

  test('with messages missing in the middle is one with less in it', () => {
    const reading = { payloads: ['1', '7'], wantedSequence: 5, lastSequence: 5 };
    expect(natsReadOutcome(reading)).toEqual({ type: 'ok', value: [1, 7] });
  });

  test('of an empty stream is empty', () => {
    const reading = { payloads: [], wantedSequence: 0, lastSequence: 0 };
    expect(natsReadOutcome(reading)).toEqual({ type: 'ok', value: [] });
  });

  test.each([
    [{ api_error: { err_code: 10_059, code: 404 } }, true],
    [{ api_error: { err_code: 10_008, code: 503 } }, false],
    [new Error('503'), false],
  ])('failed with %j: there is no stream: %j', (thrown, absent) => {
    expect(isAbsent(thrown)).toBe(absent);
  });
});
