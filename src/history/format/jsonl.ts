/**
 * Reads events in JSON: one object a line (dsx, and what `jq -c` makes of others), or one
 * array of objects (the JSON that elle-cli reads).
 *
 * A dsx history of a million operations is 200 MB, and checking it takes less time than
 * reading it; so bytes go straight into columns.
 */
import { HistoryError } from '../../base/errors.ts';
import { plural } from '../../base/text.ts';
import { typeCode } from '../columns.ts';
import { packedId } from '../values.ts';
import { badAt, byte, inEventAt, lineNumber, type Source, TornEnd, tornWarning } from './bytes.ts';
import { absent, EventSink, plain } from './event-sink.ts';
import { JsonPacker } from './json-packer.ts';
import { JsonScanner } from './json-scanner.ts';

/** In a history of transactions, rather few than many: room that is not used costs nothing. */
const bytesPerToken = 6;
/** In any history, rather few than many. */
const bytesPerEvent = 80;

/** What a field of an event is for. */
const field = {
  unknown: 0,
  index: 1,
  time: 2,
  type: 3,
  process: 4,
  f: 5,
  key: 6,
  value: 7,
  node: 8,
  error: 9,
  final: 10,
} as const;

const fieldsByName: ReadonlyMap<string, number> = new Map(Object.entries(field).slice(1));

/** What dsx writes before each field, and the words that it writes without looking. */
const head = {
  index: expected('{"index":'),
  time: expected(',"time":'),
  type: expected(',"type":"'),
  process: expected(',"process":'),
  f: expected(',"f":'),
  key: expected(',"key":'),
  value: expected(',"value":'),
  node: expected(',"node":'),
  null: expected('null'),
  invoke: expected('invoke"'),
  fail: expected('fail"'),
  info: expected('info"'),
} as const;

/**
 * Reads all events from byte `start` on into a sink.
 * @throws HistoryError with line and column for a line that is no event
 */
export function readJson(source: Source, start: number): EventSink {
  const sink = new EventSink();
  // An array is another tool's.
  sink.strictTime = source.bytes[start] !== byte.openSquare;
  sink.builder.expect(Math.floor(source.bytes.length / bytesPerEvent));
  sink.builder.values.packed.expect(Math.floor(source.bytes.length / bytesPerToken));
  const reader = new JsonReader(source, start, sink);
  try {
    reader.readAll();
  } catch (thrown) {
    if (thrown instanceof TornEnd) sink.warnings.push(tornWarning(source, reader.eventStart));
    else if (thrown instanceof HistoryError && !thrown.message.startsWith(source.name))
      throw inEventAt(source, reader.eventStart, thrown);
    else throw thrown;
  }
  if (sink.missingIndices > 0)
    sink.warnings.push(
      `${plural(sink.missingIndices, 'event')} missing: indices have gaps; what was there nobody knows`,
    );
  return sink;
}

class JsonReader {
  /** Where the event that is being read begins. */
  eventStart: number;
  readonly #source: Source;
  readonly sink: EventSink;
  readonly #bytes: Uint8Array;
  /** What the last step of `#usualEvent` found. */
  #number = 0;
  readonly #scanner: JsonScanner;
  readonly #packer: JsonPacker;
  /** By number of a text: its field, its function id + 1, its value id + 1. */
  #fields = new Uint8Array(1024);
  #functionIds = new Int32Array(1024);
  #valueIds = new Int32Array(1024);
  #fieldsKnown = 0;
  readonly #words: DataView;
  /** The function of the last event: its id, and where its name stands, quotes included. */
  #lastFunction = 0;
  #lastFunctionAt = 0;
  #lastFunctionLength = 0;

  constructor(source: Source, start: number, sink: EventSink) {
    this.#source = source;
    this.#bytes = source.bytes;
    this.#words = new DataView(
      source.bytes.buffer,
      source.bytes.byteOffset,
      source.bytes.byteLength,
    );
    this.sink = sink;
    this.#scanner = new JsonScanner(source, start);
    this.#packer = new JsonPacker(this.#scanner, sink, (textId) => this.#textValueId(textId));
    this.eventStart = start;
  }

  readAll(): void {
    const scanner = this.#scanner;
    if (scanner.peek() !== byte.openSquare) {
      while (scanner.peek() !== -1) this.#event();
      return;
    }
    scanner.at += 1;
    if (scanner.peek() === byte.closeSquare) scanner.at += 1;
    else this.#rest();
    this.eventStart = scanner.at;
    if (scanner.peek() !== -1) throw badAt(this.#source, scanner.at, 'nothing after the array');
  }

  /**
   * An event as dsx writes it: fields in its order, no white space, no escapes. Nine events in
   * ten are of this shape, and comparing with what is expected is much faster than finding
   * out what is there. Returns false, with nothing done, for any other shape.
   */
  #usualEvent(): boolean {
    const scanner = this.#scanner;
    const { sink } = this;
    const start = scanner.at;
    if (!this.#skip(head.index) || !this.#digits()) return this.#backTo(start);
    const index = this.#number;
    if (!this.#skip(head.time) || !this.#digits()) return this.#backTo(start);
    const time = this.#number;
    if (!this.#skip(head.type)) return this.#backTo(start);
    const type = this.#typeAhead();
    if (type === absent || !this.#skip(head.process) || !this.#digits()) return this.#backTo(start);
    const process = this.#number;
    if (!this.#skip(head.f) || !this.#functionAhead()) return this.#backTo(start);
    sink.begin();
    sink.index = index;
    sink.timeNs = time;
    sink.type = type;
    sink.f = this.#number;
    sink.setProcessNumber(process);
    const { packed } = sink.builder.values;
    const packedBefore = packed.length;
    if (this.#usualRest()) return true;
    packed.cut(packedBefore);
    return this.#backTo(start);
  }

  /** Key, value, node, and the end. */
  #usualRest(): boolean {
    const scanner = this.#scanner;
    const { sink } = this;
    const bytes = this.#bytes;
    if (this.#skip(head.key)) {
      if (this.#digits()) sink.key = sink.numberId(this.#number);
      else if (bytes[scanner.at] === byte.quote) sink.key = this.#textValueId(scanner.textId());
      else return false;
    }
    if (this.#skip(head.value)) {
      if (this.#packer.isNext) sink.value = this.#packedValue();
      else if (this.#digits() && isAfterValue(bytes[scanner.at]))
        sink.value = sink.numberId(this.#number);
      else if (this.#skip(head.null)) sink.value = sink.builder.values.id(null);
      else if (bytes[scanner.at] === byte.openSquare) sink.value = sink.valueId(scanner.value());
      else return false;
    }
    if (bytes[scanner.at] === byte.comma && this.#skip(head.node)) {
      if (!this.#plainText()) return false;
      sink.node = scanner.texts.texts[this.#number];
    }
    if (bytes[scanner.at] !== byte.closeCurly) return false;
    scanner.at += 1;
    return true;
  }

  #backTo(start: number): false {
    this.#scanner.at = start;
    return false;
  }

  /** Goes past these bytes if they are next and not the last ones. */
  #skip({ words, last, lastWord, length }: Expected): boolean {
    const start = this.#scanner.at;
    if (start + length > this.#bytes.length) return false;
    const view = this.#words;
    if (view.getInt32(start + last, true) !== lastWord) return false;
    for (let i = 0; i < words.length; i += 1)
      if (view.getInt32(start + i * 4, true) !== words[i]) return false;
    this.#scanner.at = start + length;
    return true;
  }

  /** Goes past an integer from 0 up that a number holds exactly, which is then in `#number`. */
  #digits(): boolean {
    const bytes = this.#bytes;
    const start = this.#scanner.at;
    let at = start;
    let value = 0;
    for (;;) {
      const digit = bytes[at] ?? 0;
      if (!(digit >= byte.zero && digit <= byte.nine)) break;
      value = value * 10 + (digit - byte.zero);
      at += 1;
    }
    // A zero in front is no JSON, except by itself.
    if (at === start || at - start > 15 || (bytes[start] === byte.zero && at - start > 1))
      return false;
    this.#number = value;
    this.#scanner.at = at;
    return true;
  }

  /** Goes past a text, whose number in the scanner's texts is then in `#number`. */
  #plainText(): boolean {
    if (this.#bytes[this.#scanner.at] !== byte.quote) return false;
    this.#number = this.#scanner.textId();
    return true;
  }

  /** Goes past the name of a function, whose id is then in `#number`. */
  #functionAhead(): boolean {
    const bytes = this.#bytes;
    const { at } = this.#scanner;
    const known = this.#lastFunctionAt;
    const length = this.#lastFunctionLength;
    let same = 0;
    while (same < length && bytes[known + same] === bytes[at + same]) same += 1;
    if (length > 0 && same === length) {
      this.#scanner.at = at + length;
      this.#number = this.#lastFunction;
      return true;
    }
    if (!this.#plainText()) return false;
    this.#lastFunctionAt = at;
    this.#lastFunctionLength = this.#scanner.at - at;
    this.#lastFunction = this.#functionId(this.#number);
    this.#number = this.#lastFunction;
    return true;
  }

  #typeAhead(): number {
    const bytes = this.#bytes;
    const { at } = this.#scanner;
    switch (bytes[at + 1]) {
      case 0x6e:
        if (this.#skip(head.invoke)) return typeCode.invoke;
        return this.#skip(head.info) ? typeCode.info : absent;
      case 0x6b:
        if (bytes[at] !== 0x6f || bytes[at + 2] !== byte.quote) return absent;
        this.#scanner.at = at + 3;
        return typeCode.ok;
      default:
        return this.#skip(head.fail) ? typeCode.fail : absent;
    }
  }

  /** The events of an array, and its end. */
  #rest(): void {
    const scanner = this.#scanner;
    for (;;) {
      this.#event();
      const next = scanner.peek();
      scanner.at += 1;
      if (next === byte.closeSquare) return;
      if (next === byte.comma) continue;
      scanner.at -= 1;
      if (next !== -1) throw badAt(this.#source, scanner.at, '"," or "]" after an event');
      this.sink.warnings.push(
        `line ${lineNumber(this.#source, scanner.at)}: the file ends inside of the array of events`,
      );
      return;
    }
  }

  #event(): void {
    const scanner = this.#scanner;
    const sink = this.sink;
    if (scanner.peek() !== byte.openCurly) {
      this.eventStart = scanner.at;
      scanner.fail('an event: {"index":…,"type":…,"process":…,"f":…}');
    }
    this.eventStart = scanner.at;
    if (this.#usualEvent()) {
      sink.commit();
      return;
    }
    scanner.at += 1;
    sink.begin();
    let next = scanner.peek();
    while (next !== byte.closeCurly) {
      if (next !== byte.quote) scanner.fail('the name of a field in quotes');
      const name = this.#fieldOf(scanner.textId());
      scanner.take(byte.colon, '":"');
      this.#field(name, scanner.peek());
      next = scanner.peek();
      if (next === byte.comma) {
        scanner.at += 1;
        next = scanner.peek();
        if (next === byte.closeCurly) scanner.fail('the name of a field in quotes');
      } else if (next !== byte.closeCurly) scanner.fail('"," or "}"');
    }
    scanner.at += 1;
    sink.commit();
  }

  /** Reads one field's value, which begins with the byte `next`. */
  #field(name: number, next: number): void {
    const scanner = this.#scanner;
    const sink = this.sink;
    switch (name) {
      case field.index:
        sink.setIndex(scanner.value());
        return;
      case field.time:
        sink.setTime(scanner.value());
        return;
      case field.type:
        if (next !== byte.quote) scanner.fail('a text as "type"');
        sink.setType(scanner.text());
        return;
      case field.process:
        sink.setProcess(scanner.value());
        return;
      case field.f:
        if (next === byte.quote) sink.f = this.#functionId(scanner.textId());
        else if (scanner.value() !== null) scanner.fail('a text as "f"');
        return;
      case field.key:
        sink.key =
          next === byte.quote ? this.#textValueId(scanner.textId()) : sink.keyId(scanner.value());
        return;
      case field.value:
        sink.value = this.#valueId(next);
        return;
      case field.node:
        sink.setNode(scanner.value());
        return;
      case field.error:
        sink.setError(scanner.value());
        return;
      case field.final:
        sink.final = scanner.value() === true;
        return;
      default:
        scanner.value();
    }
  }

  #valueId(next: number): number {
    const scanner = this.#scanner;
    if (next === byte.quote) return this.#textValueId(scanner.textId());
    if (this.#packer.isNext) return this.#packedValue();
    return this.sink.valueId(scanner.value());
  }

  #packedValue(): number {
    const start = this.sink.builder.values.packed.length;
    this.#packer.array();
    return packedId(start);
  }

  #fieldOf(textId: number): number {
    if (textId >= this.#fieldsKnown) this.#grow(textId);
    const known = this.#fields[textId] ?? 0;
    if (known !== 0) return known - 1;
    const found = fieldsByName.get(this.#scanner.texts.texts[textId] ?? '') ?? field.unknown;
    this.#fields[textId] = found + 1;
    return found;
  }

  #functionId(textId: number): number {
    if (textId >= this.#fieldsKnown) this.#grow(textId);
    const known = this.#functionIds[textId] ?? 0;
    if (known !== 0) return known - 1;
    const id = this.sink.builder.functionId(plain(this.#scanner.texts.texts[textId] ?? ''));
    this.#functionIds[textId] = id + 1;
    return id;
  }

  #textValueId(textId: number): number {
    if (textId >= this.#fieldsKnown) this.#grow(textId);
    const known = this.#valueIds[textId] ?? 0;
    if (known !== 0) return known - 1;
    const id = this.sink.builder.values.id(this.#scanner.texts.texts[textId] ?? '');
    this.#valueIds[textId] = id + 1;
    return id;
  }

  #grow(textId: number): void {
    let size = this.#fields.length;
    while (size <= textId) size *= 2;
    const [fields, functionIds, valueIds] = [this.#fields, this.#functionIds, this.#valueIds];
    this.#fields = new Uint8Array(size);
    this.#functionIds = new Int32Array(size);
    this.#valueIds = new Int32Array(size);
    this.#fields.set(fields);
    this.#functionIds.set(functionIds);
    this.#valueIds.set(valueIds);
    this.#fieldsKnown = size;
  }
}

/** True if a number that ended before this byte is an integer. */
function isAfterValue(next: number | undefined): boolean {
  return next === byte.comma || next === byte.closeCurly;
}

/** Bytes that are compared four at a time, the last four with those before where they overlap. */
interface Expected {
  readonly words: Int32Array;
  /** Where the last four bytes begin. */
  readonly last: number;
  readonly lastWord: number;
  readonly length: number;
}

/** @param text of four bytes or more */
function expected(text: string): Expected {
  const bytes = new TextEncoder().encode(text);
  const view = new DataView(bytes.buffer);
  const { length } = bytes;
  const count = (length - 1) >> 2;
  const words = Int32Array.from({ length: count }, (_, i) => view.getInt32(i * 4, true));
  const last = length - 4;
  return { words, last, lastWord: view.getInt32(last, true), length };
}
