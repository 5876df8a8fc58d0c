/** What a failed request says about the operation: definite only if nothing was sent. */
import { describe, expect, test } from 'vitest';
import { failedRequest } from '../../src/client/request-errors.ts';

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

/** As `fetch` reports it. */
function fetchError(cause: Error): Error {
  return new TypeError('fetch failed', { cause });
}

describe('a write', () => {
  test('that found no connection did not happen', () => {
    const thrown = fetchError(systemError('ECONNREFUSED', 'connect'));
    expect(failedRequest(thrown, false)).toEqual({
      type: 'fail',
      error: ['ECONNREFUSED', 'connect ECONNREFUSED'],
    });
  });

  test.each([
    ['ECONNRESET', 'read'],
    // An established connection, too, ends so when its host has been away for long.
    ['EHOSTUNREACH', 'read'],
    ['EPIPE', 'write'],
  ])('whose connection ended in %s may have happened', (code, syscall) => {
    expect(failedRequest(fetchError(systemError(code, syscall)), false).type).toBe('info');
  });

  test('that had no answer in time may have happened', () => {
    const thrown = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    expect(failedRequest(thrown, false)).toMatchObject({
      type: 'info',
      error: ['timeout', expect.any(String)],
    });
  });
});

test('a read changed nothing, whatever became of it', () => {
  expect(failedRequest(new Error('?'), true).type).toBe('fail');
  expect(failedRequest(systemError('ECONNRESET', 'read'), true).type).toBe('fail');
});
