export class ExtraTable {
  #ids = new Int32Array(1024);
  /** One more than the last row that has an extra. */
  #length = 0;
  #extras = [{}];
  /** Node → the id of the extra that has this node and nothing else. */
  #nodeIds = new Map();
  set(index, extra) {
    this.#setId(index, this.#idOf(extra));
  }
  /** The same as `set(index, { node })`, without the object. */
  setNode(index, node) {
    this.#setId(index, this.#nodeIds.get(node) ?? this.#newNode({ node }, node));
  }
  get(index) {
    const id = this.#ids[index] ?? 0;
    return id === 0 ? undefined : this.#extras[id];
  }
  toData() {
    return { ids: this.#ids.slice(0, this.#length), extras: this.#extras };
  }
  static fromData({ ids, extras }) {
    const table = new ExtraTable();
    table.#ids = ids;
    table.#length = ids.length;
    for (const extra of extras.slice(1)) table.#extras.push(extra);
    return table;
  }
  #idOf(extra) {
    const { node, error, final } = extra;
    if (node !== undefined && error === undefined && final === undefined)
      return this.#nodeIds.get(node) ?? this.#newNode(extra, node);
    return this.#extras.push(extra) - 1;
  }
  #newNode(extra, node) {
    const id = this.#extras.push(extra) - 1;
    this.#nodeIds.set(node, id);
    return id;
  }
  #setId(index, id) {
    if (index >= this.#ids.length) {
      const grown = new Int32Array(Math.max(index + 1, this.#ids.length * 2));
      grown.set(this.#ids);
      this.#ids = grown;
    }
    this.#ids[index] = id;
    if (index >= this.#length) this.#length = index + 1;
  }
}
