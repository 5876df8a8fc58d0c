/**
 * Reads arrays of arrays from JSON straight into tokens (see `packed-values.ts`), with no
 * array made on the way. Most of a big transactional history is such text.
 */
import { byte } from './bytes.ts';
import type { EventSink } from './event-sink.ts';
import type { JsonScanner } from './json-scanner.ts';

/** Deeper nesting than this is no value of an operation but a broken file. */
const depthMax = 500;

export class JsonPacker {
  readonly #scanner: JsonScanner;
  readonly #sink: EventSink;
  readonly #bytes: Uint8Array;
  /** The id of a text as a value, by its number. */
  readonly #textValueId: (textId: number) => number;

  constructor(scanner: JsonScanner, sink: EventSink, textValueId: (textId: number) => number) {
    this.#scanner = scanner;
    this.#sink = sink;
    this.#bytes = scanner.source.bytes;
    this.#textValueId = textValueId;
  }

  /** Whether at an array that begins with one, without white space between. */
  get isNext(): boolean {
    const { at } = this.#scanner;
    return this.#bytes[at] === byte.openSquare && this.#bytes[at + 1] === byte.openSquare;
  }

  /** At an array: packs it. */
  array(depth = 0): void {
    const scanner = this.#scanner;
    if (depth > depthMax) scanner.fail(`at most ${depthMax} levels of nesting`);
    const { packed } = this.#sink.builder.values;
    const opened = packed.open();
    scanner.at += 1;
    let count = 0;
    let next = scanner.peek();
    if (next === byte.closeSquare) scanner.at += 1;
    else
      for (;;) {
        if (next >= byte.zero && next <= byte.nine) packed.push(this.#integer(next));
        else if (next === byte.openSquare) this.array(depth + 1);
        else packed.push(this.#other(next));
        count += 1;
        next = scanner.peek();
        if (next === byte.closeSquare) {
          scanner.at += 1;
          break;
        }
        if (next !== byte.comma) scanner.fail('"," or "]" in an array');
        scanner.at += 1;
        next = scanner.peek();
      }
    packed.close(opened, count);
  }

  /** The value id of a number that begins with a digit. */
  #integer(first: number): number {
    const bytes = this.#bytes;
    const start = this.#scanner.at;
    let at = start + 1;
    let value = first - byte.zero;
    let next = bytes[at] ?? 0;
    while (next >= byte.zero && next <= byte.nine && at - start < 15) {
      value = value * 10 + (next - byte.zero);
      at += 1;
      next = bytes[at] ?? 0;
    }
    // A zero in front, a fraction, an exponent or too many digits: not for here.
    const plain = next === byte.comma || next === byte.closeSquare;
    if (!plain || (first === byte.zero && at > start + 1)) return this.#other(first);
    this.#scanner.at = at;
    return this.#sink.numberId(value);
  }

  #other(next: number): number {
    const scanner = this.#scanner;
    const sink = this.#sink;
    if (next === byte.quote) return this.#textValueId(scanner.textId());
    if (next === byte.openCurly) return sink.builder.values.internComposite(scanner.value());
    const value = scanner.scalar(next);
    return typeof value === 'number' ? sink.numberId(value) : sink.builder.values.id(value);
  }
}
