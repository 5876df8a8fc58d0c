/** Entries beyond this are counted with the last one of their kind and node. */
const entriesMax = 200;
export class Troubles {
  #found = new Map();
  #heard;
  /** `heard` is told of each kind of trouble when it first happens. */
  constructor(heard) {
    this.#heard = heard;
  }
  /** `about` tells one cause from another; the text of the first is kept. */
  add(node, kind, about, text) {
    const isFull = this.#found.size >= entriesMax;
    const key = JSON.stringify([node, kind, isFull ? 'others' : about]);
    const found = this.#found.get(key);
    const trouble = { node, kind, text: found?.text ?? text, count: (found?.count ?? 0) + 1 };
    this.#found.set(key, trouble);
    if (found === undefined) this.#heard?.(trouble);
  }
  list() {
    return [...this.#found.values()];
  }
  of(node) {
    return this.list().filter((trouble) => trouble.node === node);
  }
}
