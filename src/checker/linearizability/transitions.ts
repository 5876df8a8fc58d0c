/**
 * A model as a table of integers: states and kinds of operations are numbered as they turn up,
 * and each step is asked of the model once (Knossos' memo). Where the table would grow too
 * large, steps are asked again.
 */
import { present } from '../../base/assert.ts';
import { canonical } from '../../base/json.ts';
import { illegal, type Model, type ModelOp } from '../../model/model.ts';

/** In place of the next state. */
export const noState = -1;

/** 16 MB of table. */
const cellsMax = 1 << 22;
/** In a row: not asked yet. A state `s` is kept as `s + 2`, `noState` as 1. */
const unasked = 0;

export class Transitions {
  readonly #model: Model<unknown>;
  readonly #states: unknown[] = [];
  readonly #idOf = new Map<string | number, number>();
  readonly #kinds: ModelOp[] = [];
  readonly #kindOf = new Map<string, number>();
  readonly #rows: (Int32Array | undefined)[] = [];
  #cells = 0;

  constructor(model: Model<unknown>) {
    this.#model = model;
  }

  get memoryBytes(): number {
    // A state is of unknown size: reckoned as 100 bytes with its entry in the map.
    return this.#cells * 4 + this.#states.length * 100;
  }

  /** Equal for operations that a model cannot tell apart. All kinds before the first `next`. */
  kind(op: ModelOp): number {
    const output = op.output === undefined ? '' : canonical(op.output);
    const text = `${op.f} ${op.process ?? ''} ${canonical(op.input)} ${output}`;
    const known = this.#kindOf.get(text);
    if (known !== undefined) return known;
    const id = this.#kinds.push(op) - 1;
    this.#kindOf.set(text, id);
    return id;
  }

  isPure(kind: number): boolean {
    return this.#model.isPure(present(this.#kinds[kind], 'a kind of operation'));
  }

  /** True if it can always take effect, and what it leaves does not depend on what was there. */
  isBlind(kind: number): boolean {
    const op = present(this.#kinds[kind], 'a kind of operation');
    return this.#model.overwrites?.(op) === true;
  }

  get kindCount(): number {
    return this.#kinds.length;
  }

  state(value: unknown): number {
    const text = this.#model.fingerprint(value);
    const known = this.#idOf.get(text);
    if (known !== undefined) return known;
    const id = this.#states.push(value) - 1;
    this.#idOf.set(text, id);
    return id;
  }

  /** The state after an operation of that kind, or `noState` if it is illegal. */
  next(state: number, kind: number): number {
    const row = this.#rows[state] ?? this.#newRow(state);
    if (row === undefined) return this.#ask(state, kind);
    const known = row[kind] ?? unasked;
    if (known !== unasked) return known - 2;
    const next = this.#ask(state, kind);
    row[kind] = next + 2;
    return next;
  }

  #newRow(state: number): Int32Array | undefined {
    if (this.#cells + this.#kinds.length > cellsMax) return undefined;
    this.#cells += this.#kinds.length;
    const row = new Int32Array(this.#kinds.length);
    this.#rows[state] = row;
    return row;
  }

  #ask(state: number, kind: number): number {
    const op = present(this.#kinds[kind], 'a kind of operation');
    const next = this.#model.step(this.#states[state], op);
    return next === illegal ? noState : this.state(next);
  }
}
