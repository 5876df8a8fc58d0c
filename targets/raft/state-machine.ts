/** The replicated state: commands applied in the order of the log, and who waits for that. */
import { type Body, errorCode, type Json, KeyValueMap, RpcError } from '../../src/node/node.ts';

/** What a command led to: the same on every node that applies it. */
export type Outcome =
  | { readonly kind: 'done'; readonly reply: Body }
  | { readonly kind: 'refused'; readonly error: RpcError };

interface Waiting {
  readonly index: number;
  readonly untilMs: number;
  resolve(): void;
  reject(error: RpcError): void;
}

export class StateMachine {
  readonly #map = new KeyValueMap();
  #appliedIndex = 0;
  #waiting: Waiting[] = [];

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  /** @throws RpcError 20 if there is no such key. */
  read(request: Body): Body {
    return this.#map.apply(request);
  }

  apply(index: number, command: Body | null): Outcome {
    this.#appliedIndex = index;
    if (command === null) return { kind: 'done', reply: { type: 'noop_ok' } };
    try {
      return { kind: 'done', reply: this.#map.apply(command) };
    } catch (error) {
      if (error instanceof RpcError) return { kind: 'refused', error };
      throw error;
    }
  }

  dump(): Json {
    return this.#map.dump();
  }

  load(index: number, state: Json): void {
    this.#map.load(state);
    this.#appliedIndex = index;
  }

  /** Resolves once entry `index` is applied; rejects if that takes until `untilMs`. */
  applied(index: number, untilMs: number): Promise<void> {
    if (this.#appliedIndex >= index) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ index, untilMs, resolve, reject });
    });
  }

  /** Lets those go on whose entry was applied, and sends away those who waited too long. */
  wake(nowMs: number): void {
    if (this.#waiting.length === 0) return;
    const still: Waiting[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.index <= this.#appliedIndex) waiting.resolve();
      else if (waiting.untilMs > nowMs) still.push(waiting);
      else waiting.reject(new RpcError(errorCode.temporarilyUnavailable, 'this node lags behind'));
    }
    this.#waiting = still;
  }
}
