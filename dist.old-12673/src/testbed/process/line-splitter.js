export class LineSplitter {
  #sink;
  #charactersMax;
  /** The pieces of the line that has not ended. Joined once, so that a long line costs no more. */
  #pieces = [];
  #length = 0;
  #isSkipping = false;
  constructor(sink, charactersMax) {
    this.#sink = sink;
    this.#charactersMax = charactersMax;
  }
  push(text) {
    let from = 0;
    for (;;) {
      const end = text.indexOf('\n', from);
      if (end === -1) break;
      this.#finish(text.slice(from, end));
      from = end + 1;
    }
    if (from < text.length) this.#keep(from === 0 ? text : text.slice(from));
  }
  /** At the end of the stream: the line that was begun and not ended, or ''. */
  takeRest() {
    const rest = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    this.#isSkipping = false;
    return rest;
  }
  #finish(tail) {
    if (this.#isSkipping) {
      this.#isSkipping = false;
      return;
    }
    if (this.#length + tail.length > this.#charactersMax) {
      this.#sink.tooLong(`${this.takeRest()}${tail}`.slice(0, 200));
      return;
    }
    this.#sink.line(this.#length === 0 ? tail : `${this.takeRest()}${tail}`);
  }
  #keep(piece) {
    if (this.#isSkipping) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length <= this.#charactersMax) return;
    this.#sink.tooLong(this.takeRest().slice(0, 200));
    this.#isSkipping = true;
  }
}
