/**
 * A history in memory: one typed array per field, so that ten million events are a few
 * hundred megabytes and a checker's scan runs at memory speed. Millions of small objects
 * are not an option.
 */
export const eventTypes = ['invoke', 'ok', 'fail', 'info'];
export const typeCode = { invoke: 0, ok: 1, fail: 2, info: 3 };
/** `process` of the nemesis. */
export const nemesisProcess = -1;
/** In `pair`, `complete`: there is none. */
export const noEvent = -1;
/** Event columns that grow. */
export class GrowingColumns {
  #capacity = 1024;
  length = 0;
  type = new Uint8Array(this.#capacity);
  process = new Int32Array(this.#capacity);
  f = new Uint16Array(this.#capacity);
  key = new Int32Array(this.#capacity);
  value = new Int32Array(this.#capacity);
  timeNs = new Float64Array(this.#capacity);
  pair = new Int32Array(this.#capacity);
  /** Makes room for one more row and returns its index. */
  push() {
    if (this.length === this.#capacity) this.#grow();
    this.length += 1;
    return this.length - 1;
  }
  trimmed() {
    const end = this.length;
    return {
      type: this.type.slice(0, end),
      process: this.process.slice(0, end),
      f: this.f.slice(0, end),
      key: this.key.slice(0, end),
      value: this.value.slice(0, end),
      timeNs: this.timeNs.slice(0, end),
      pair: this.pair.slice(0, end),
    };
  }
  #grow() {
    this.#capacity *= 2;
    this.type = copied(this.type, new Uint8Array(this.#capacity));
    this.process = copied(this.process, new Int32Array(this.#capacity));
    this.f = copied(this.f, new Uint16Array(this.#capacity));
    this.key = copied(this.key, new Int32Array(this.#capacity));
    this.value = copied(this.value, new Int32Array(this.#capacity));
    this.timeNs = copied(this.timeNs, new Float64Array(this.#capacity));
    this.pair = copied(this.pair, new Int32Array(this.#capacity));
  }
}
function copied(from, to) {
  to.set(from);
  return to;
}
