/** The last lines that a process wrote: what a crash message shows. */
export class LastLines {
  #lines = [];
  #linesMax;
  #count = 0;
  constructor(linesMax = 32) {
    this.#linesMax = linesMax;
  }
  push(line) {
    this.#lines[this.#count % this.#linesMax] = line;
    this.#count += 1;
  }
  /** Oldest first; very long lines are cut. */
  list(charactersMax = 1_000) {
    const start = this.#count % this.#linesMax;
    const lines =
      this.#count <= this.#linesMax
        ? this.#lines
        : [...this.#lines.slice(start), ...this.#lines.slice(0, start)];
    return lines.map((line) =>
      line.length <= charactersMax ? line : `${line.slice(0, charactersMax)}…`,
    );
  }
}
