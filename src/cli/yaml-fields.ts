/** Reading a map of YAML field by field, with messages that say where and what is right. */
import { isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { UsageError } from '../base/errors.ts';
import { didYouMean, listed } from '../base/text.ts';
import { splitWords } from '../client/template.ts';

/** An error at a node of the document, with file, line and column. */
export type Complain = (node: unknown, message: string) => UsageError;

export function keyOf(pair: Pair, complain: Complain): string {
  if (isScalar(pair.key)) return String(pair.key.value);
  throw complain(pair.key, 'expected a name');
}

/** A scalar, or a list of scalars joined with commas. */
export function textOf(pair: Pair, name: string, complain: Complain): string {
  const { value } = pair;
  if (isScalar(value) && value.value !== null) return value.toString();
  if (isSeq(value) && value.items.every((item) => isScalar(item)))
    return value.items.map((item) => String(isScalar(item) ? item.value : '')).join(',');
  throw complain(value ?? pair.key, `${name} takes a word, a number or a list of words`);
}

/** The fields of a map, in order. */
export class Fields {
  /** Where the map stands, for complaints. */
  readonly node: unknown;
  readonly #what: string;
  readonly #complain: Complain;
  readonly #pairs: ReadonlyMap<string, Pair>;

  /**
   * @param what its name, for messages
   * @param known the names that it may have; undefined: any
   */
  constructor(
    node: unknown,
    what: string,
    known: readonly string[] | undefined,
    complain: Complain,
  ) {
    if (!isMap(node)) {
      const names = known === undefined ? '' : `: ${listed(known)}`;
      throw complain(node, `${what} takes \`name: value\` lines${names}`);
    }
    this.node = node;
    this.#what = what;
    this.#complain = complain;
    const pairs = new Map<string, Pair>();
    for (const pair of node.items) {
      const name = keyOf(pair, complain);
      if (known !== undefined && !known.includes(name))
        throw complain(
          pair.key,
          `unknown setting "${name}" in ${what}.${didYouMean(name, known)} There are: ${listed(known)}.`,
        );
      pairs.set(name, pair);
    }
    this.#pairs = pairs;
  }

  get names(): readonly string[] {
    return [...this.#pairs.keys()];
  }

  has(name: string): boolean {
    return this.#pairs.has(name);
  }

  /** The value, as a node of the document. */
  at(name: string): Node | undefined {
    return (this.#pairs.get(name)?.value ?? undefined) as Node | undefined;
  }

  text(name: string): string | undefined {
    const pair = this.#pairs.get(name);
    return pair === undefined ? undefined : textOf(pair, name, this.#complain);
  }

  required(name: string, example: string): string {
    const text = this.text(name);
    if (text !== undefined) return text;
    throw this.#complain(this.node, `${this.#what} needs \`${name}:\`, as in ${example}`);
  }

  fields(name: string, known?: readonly string[]): Fields | undefined {
    const pair = this.#pairs.get(name);
    return pair === undefined
      ? undefined
      : new Fields(pair.value ?? pair.key, name, known, this.#complain);
  }

  /** Every field as a text. */
  texts(): Record<string, string> {
    return Object.fromEntries(this.names.map((name) => [name, this.text(name) ?? '']));
  }

  /** A command line: a text, split as a shell splits it, or a list of words. */
  words(name: string): readonly string[] | undefined {
    const value = this.at(name);
    if (isSeq(value) && value.items.every((item) => isScalar(item)))
      return value.items.map((item) => String(isScalar(item) ? item.value : ''));
    const text = this.text(name);
    return text === undefined ? undefined : splitWords(text);
  }
}
