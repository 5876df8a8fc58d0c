export class RaftLog {
  #entries = [];
  /** The last entry that is no longer here, or index 0 of term 0. */
  #base = { index: 0, term: 0 };
  get firstIndex() {
    return this.#base.index + 1;
  }
  get lastIndex() {
    return this.#base.index + this.#entries.length;
  }
  get lastTerm() {
    return this.#entries.at(-1)?.term ?? this.#base.term;
  }
  /** Undefined for an entry that is not here: forgotten, or yet to come. */
  termAt(index) {
    return index === this.#base.index ? this.#base.term : this.entryAt(index)?.term;
  }
  entryAt(index) {
    return this.#entries[index - this.firstIndex];
  }
  append(entry) {
    this.#entries.push(entry);
  }
  truncateFrom(index) {
    this.#entries.length = Math.max(0, index - this.firstIndex);
  }
  /** Up to `countMax` entries from `index` on, all of the same term. */
  runFrom(index, countMax) {
    const start = index - this.firstIndex;
    const term = this.#entries[start]?.term;
    let end = start;
    while (
      end < start + countMax &&
      this.#entries[end]?.term === term &&
      end < this.#entries.length
    )
      end += 1;
    return this.#entries.slice(start, end);
  }
  /** The first index, as far as entries are here, of the term that `index` has. */
  startOfTermAt(index) {
    const term = this.termAt(index);
    let start = index;
    while (start > this.firstIndex && this.termAt(start - 1) === term) start -= 1;
    return start;
  }
  /** The last index that has `term`, if there is one. */
  endOfTerm(term) {
    for (let index = this.lastIndex; index >= this.#base.index; index -= 1) {
      const found = this.termAt(index) ?? 0;
      if (found === term) return index;
      if (found < term) return undefined;
    }
    return undefined;
  }
  /** Forgets the entries up to `index`, which must be here. */
  forgetUpTo(index) {
    const term = this.termAt(index);
    if (term === undefined || index <= this.#base.index) return;
    this.#entries.splice(0, index - this.#base.index);
    this.#base = { index, term };
  }
  /** Forgets everything: the log goes on after entry `index`. */
  restartAfter(index, term) {
    this.#entries = [];
    this.#base = { index, term };
  }
}
