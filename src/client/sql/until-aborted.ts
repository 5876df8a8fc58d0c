/** An answer, or the end of the time for it. */

/**
 * Resolves and rejects as `answer` does. When `signal` aborts before that, calls `giveUp` and
 * rejects with a TimeoutError; what becomes of `answer` then is nobody's business.
 */
export async function untilAborted<T>(
  answer: Promise<T>,
  signal: AbortSignal,
  giveUp: () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      giveUp();
      reject(new DOMException('no answer in time', 'TimeoutError'));
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
