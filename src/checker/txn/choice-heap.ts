/** Choices that wait to be made, the one that was in most conflicts lately first. */

const absent = -1;
const tooGreat = 1e100;

export class ChoiceHeap {
  readonly #activity: Float64Array;
  readonly #place: Int32Array;
  readonly #items: number[] = [];
  #step = 1;

  constructor(count: number) {
    this.#activity = new Float64Array(count);
    this.#place = new Int32Array(count).fill(absent);
  }

  has(choice: number): boolean {
    return this.#place[choice] !== absent;
  }

  push(choice: number): void {
    if (this.has(choice)) return;
    this.#items.push(choice);
    this.#up(this.#items.length - 1, choice);
  }

  /** The first, or -1 if there is none. */
  pop(): number {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (top === undefined || last === undefined) return absent;
    this.#place[top] = absent;
    if (items.length > 0) this.#down(last);
    return top;
  }

  /** Counts a conflict that the choice was in. */
  bump(choice: number): void {
    const activity = (this.#activity[choice] ?? 0) + this.#step;
    this.#activity[choice] = activity;
    if (activity > tooGreat) {
      for (let i = 0; i < this.#activity.length; i += 1)
        this.#activity[i] = (this.#activity[i] ?? 0) / tooGreat;
      this.#step /= tooGreat;
    }
    const place = this.#place[choice] ?? absent;
    if (place !== absent) this.#up(place, choice);
  }

  /** Lets what was counted up to now count for less. */
  decay(): void {
    this.#step /= 0.95;
  }

  #up(from: number, choice: number): void {
    const items = this.#items;
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = items[parent] ?? 0;
      if (!this.#isBefore(choice, other)) break;
      this.#put(at, other);
      at = parent;
    }
    this.#put(at, choice);
  }

  #down(choice: number): void {
    const items = this.#items;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= items.length) break;
      const [left, right] = [items[child] ?? 0, items[child + 1]];
      if (right !== undefined && this.#isBefore(right, left)) child += 1;
      const other = items[child] ?? 0;
      if (!this.#isBefore(other, choice)) break;
      this.#put(at, other);
      at = child;
    }
    this.#put(at, choice);
  }

  #put(at: number, choice: number): void {
    this.#items[at] = choice;
    this.#place[choice] = at;
  }

  #isBefore(a: number, b: number): boolean {
    const difference = (this.#activity[a] ?? 0) - (this.#activity[b] ?? 0);
    return difference > 0 || (difference === 0 && a < b);
  }
}
