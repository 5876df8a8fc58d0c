/**
 * What the failure of a request over a socket says about the operation. Only what proves that
 * the server never saw the request is definite; all else may have happened, or may yet.
 */
import { messageOf } from '../base/errors.ts';
import type { Outcome } from '../history/event.ts';

interface SystemError {
  readonly code: string;
  readonly syscall: string | undefined;
}

/** The error of the system, which `fetch` hides among the causes of its own. */
function systemError(thrown: unknown): SystemError | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (typeof code === 'string') return { code, syscall };
  }
  return undefined;
}

/**
 * True if there was no connection, so that nothing was sent. The system call matters: an
 * established connection, too, can end in "no route to host".
 */
function wasNeverSent({ code, syscall }: SystemError): boolean {
  return syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT';
}

/**
 * The outcome of an operation whose request failed. `changesNothing`: true for a read, which
 * is `fail` whatever became of it.
 */
export function failedRequest(thrown: unknown, changesNothing: boolean): Outcome {
  const cause = systemError(thrown);
  const code = cause?.code ?? (isTimeout(thrown) ? 'timeout' : 'request-failed');
  const isDefinite = changesNothing || (cause !== undefined && wasNeverSent(cause));
  return { type: isDefinite ? 'fail' : 'info', error: [code, rootMessage(thrown)] };
}

function isTimeout(thrown: unknown): boolean {
  return thrown instanceof Error && /^(?:Abort|Timeout)Error$/.test(thrown.name);
}

function rootMessage(thrown: unknown): string {
  let root = thrown;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return messageOf(root);
}
