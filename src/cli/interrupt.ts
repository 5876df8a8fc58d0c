/**
 * Ctrl-C and SIGTERM: the first asks the run to end (heal, stop nodes, keep what was
 * recorded), the second time dsx leaves at once; its guardian still ends the nodes.
 */
import { exitCodes } from './exit-codes.ts';

/** Why a run was cut short by its user. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** Of the run, if one had begun. */
  folder: string | undefined;
}

/** A function, because it changes while one waits, and the compiler does not know. */
export function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

export async function interruptible<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(exitCodes.failed);
    controller.abort(new Interrupted(name));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  try {
    return await task(controller.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    process.off('SIGHUP', onSignal);
  }
}
