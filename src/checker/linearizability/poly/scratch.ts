/**
 * Memory that is used again for one object after the other: with many keys of few operations,
 * making the columns would take longer than what is done with them.
 */

/** One column. What was in it before is still there. */
export class Scratch {
  #column = new Int32Array(1024);

  /** At least so long; not valid after the next call. */
  column(length: number): Int32Array {
    if (this.#column.length < length)
      this.#column = new Int32Array(Math.max(length, 2 * this.#column.length));
    return this.#column;
  }

  /** The same with zeros in the first `length` places. */
  zeros(length: number): Int32Array {
    if (this.#column.length < length) return this.column(length);
    return this.#column.fill(0, 0, length);
  }
}

/** Numbers stay far from where integers end. */
const restartAt = 1 << 29;

/**
 * Values of one object ?? 0s in order of first sight, for values whose equality shows in
 * their ids: primitives. Number 0 is there from the start. One column for all objects, which is
 * never cleared: the numbers of each object begin where those of the one before ended.
 */
export class ValueNumbers {
  #marks = new Int32Array(0);
  #begin = 1;
  #size = 1;

  /** Begins with another object. @param tableSize all ids are less than that */
  reset(tableSize: number): void {
    this.#begin += this.#size;
    this.#size = 1;
    if (this.#marks.length > tableSize && this.#begin < restartAt) return;
    this.#marks = new Int32Array(tableSize + 1);
    this.#begin = 1;
  }

  get size(): number {
    return this.#size;
  }

  /** The number of the value with this id (-1: no value), or `size` if it has none yet. */
  of(id: number): number {
    const mark = this.#marks[id + 1] ?? 0;
    return mark >= this.#begin ? mark - this.#begin : this.#size;
  }

  /** Gives the number `size` to this id. */
  add(id: number): void {
    this.#marks[id + 1] = this.#begin + this.#size;
    this.#size += 1;
  }

  /** Gives a number that is in use to this id, too. */
  alias(id: number, number: number): void {
    this.#marks[id + 1] = this.#begin + number;
  }
}
