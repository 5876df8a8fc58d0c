/** An answer, or the end of the time for it. */

/**
 * Resolves and rejects as `answer` does. When `signal` aborts before that, calls `giveUp` with
 * a TimeoutError and rejects with it; what becomes of `answer` then is nobody's business.
 */
export async function untilAborted<T>(
  answer: Promise<T>,
  signal: AbortSignal,
  giveUp: (late: Error) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      const late = new DOMException('no answer in time', 'TimeoutError');
      giveUp(late);
      reject(late);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    answer
      .finally(() => {
        signal.removeEventListener('abort', abort);
      })
      .then(resolve, reject);
  });
}
