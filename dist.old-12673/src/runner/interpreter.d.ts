import type { Json } from '../base/json.ts';
import { type Prng } from '../base/prng.ts';
import type { OpenClient } from '../contract/client.ts';
import type { Clock } from '../contract/clock.ts';
import type { NodeId } from '../fault/fault.ts';
import type { Generator, OpRequest } from '../generator/generator.ts';
import type { OpError } from '../history/event.ts';
import type { History } from '../history/history.ts';
import { type Counts, type Journal } from './interpreter-recorder.ts';

export type { Journal } from './interpreter-recorder.ts';

/** What the nemesis did. An `error` is recorded; whether it ends the run is the caller's matter. */
interface NemesisAnswer {
  readonly value?: Json;
  readonly error?: OpError;
}
/** How the run goes, for a live view. */
export interface Progress extends Counts {
  readonly nowNs: number;
  /** Operations of clients that are open now. */
  readonly inFlight: number;
}
export interface InterpretOptions {
  readonly generator: Generator;
  /** Number of client threads; thread t talks to node t mod n. */
  readonly concurrency: number;
  readonly nodes: readonly NodeId[];
  readonly open: OpenClient;
  readonly nemesis: (op: OpRequest, signal: AbortSignal) => Promise<NemesisAnswer>;
  readonly clock: Clock;
  readonly journal: Journal;
  /** After this the signal of an operation aborts. */
  readonly operationTimeoutMs: number;
  /** So long a client may take to settle after that; then its operation is `info`. */
  readonly graceMs?: number;
  /** So long a thread rests after it found no connection, lest a dead node keep it spinning. */
  readonly reconnectPauseMs?: number;
  /** Stops the run: open operations become `info`, and what was recorded is the history. */
  readonly signal: AbortSignal;
  /** Decides which of the free threads is taken. */
  readonly rng?: Prng;
  readonly onLog?: (message: string) => void;
  /** Called about ten times a second, and once at the end. */
  readonly onProgress?: (progress: Progress) => void;
}
/**
 * Runs until the generator has nothing more and no operation is open, or until `signal`
 * aborts; both resolve.
 *
 * @throws UsageError if the options make no sense. Rejects with whatever the generator, the
 *   journal or a callback throws; what was recorded until then is in the journal.
 */
export declare function interpret(options: InterpretOptions): Promise<History>;
