/**
 * A text with put, append and get, every text written being distinct, as chains.
 *
 * What a get returns is cut into the texts that were written; that works in one way only if no
 * written text is a prefix of another, which is tested. Then an append that was seen is a link
 * from the text before it, a put begins a chain, and `chains.ts` has the theorem. An append that
 * nobody saw was overwritten before anyone looked: it is a chain of its own, since it can stand
 * at the end of whatever chain comes before it.
 */
import type { Json } from '../../../base/json.ts';
import { noValue } from '../../../history/values.ts';
import { type ChainConflict, ChainTable, none, walkChains, zoneConflict } from './chains.ts';
import { explainKvConflict, explainTokens } from './kv-evidence.ts';
import { type KvLinks, type KvTexts, kvCode, textOf } from './kv-texts.ts';
import { linearizable, notApplicable, type PolyResult, type Violation } from './result.ts';
import { never, type Timeline } from './timeline.ts';

export function checkKvCell(timeline: Timeline, initial: Json): PolyResult {
  const start = textOf(initial);
  if (start === undefined) return notApplicable('the initial value must be a text');
  const written = writtenTexts(timeline, start);
  if (typeof written === 'string') return notApplicable(written);
  const cut = cutReads(timeline, written);
  if ('kind' in cut) return cut;
  const kv: KvTexts = { timeline, initial: start, ...written, cut };
  const links = linkTable(kv);
  if ('kind' in links) return links;
  const conflict = chainConflict(links.table);
  return conflict === undefined ? linearizable : explainKvConflict(kv, links, conflict);
}

function chainConflict(table: ChainTable): ChainConflict | undefined {
  const zones = walkChains(table);
  return 'rule' in zones ? zones : zoneConflict(table, zones);
}

interface Written {
  readonly texts: readonly string[];
  readonly token: Int32Array;
  readonly numberOf: ReadonlyMap<string, number>;
  readonly start: string;
}

/** @returns why not, if texts are not distinct, or one is a prefix of another */
function writtenTexts(timeline: Timeline, start: string): Written | string {
  const { history, count, row, code } = timeline;
  const { input } = history.operations;
  const texts = [start];
  const token = new Int32Array(count).fill(none);
  const numberOf = new Map<string, number>();
  for (let op = 0; op < count; op += 1) {
    if (code[op] === kvCode.get) continue;
    const text = textOf(history.values.value(input[row[op] ?? 0] ?? noValue) ?? null);
    if (text === undefined) return 'put and append need a text';
    if (text === '') return 'the empty text cannot be told apart from no text';
    if (numberOf.has(text))
      return `texts must be distinct, but ${JSON.stringify(text)} is written more than once`;
    numberOf.set(text, texts.length);
    token[op] = texts.length;
    texts.push(text);
  }
  const sorted = (start === '' ? texts.slice(1) : texts).toSorted(byCodeUnits);
  for (let i = 1; i < sorted.length; i += 1) {
    const [shorter, longer] = [sorted[i - 1] ?? '', sorted[i] ?? ''];
    if (longer.startsWith(shorter))
      return `no text may be a prefix of another, but ${JSON.stringify(shorter)} is one of ${JSON.stringify(longer)}`;
  }
  return { texts, token, numberOf, start };
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1;
}

/** Cuts every returned text, and notes at each get its last token. */
function cutReads(
  timeline: Timeline,
  { texts, token, numberOf, start }: Written,
): ReadonlyMap<number, readonly number[]> | PolyResult {
  const { history, count, row, code } = timeline;
  const { output } = history.operations;
  const lengths = [...new Set(texts.slice(1).map((text) => text.length))].toSorted((a, b) => a - b);
  const cut = new Map<number, readonly number[]>();
  const last = token;
  for (let op = 0; op < count; op += 1) {
    if (code[op] !== kvCode.get || timeline.return[op] === never) continue;
    const id = output[row[op] ?? 0] ?? noValue;
    let tokens = cut.get(id);
    if (tokens === undefined) {
      const text = textOf(history.values.value(id) ?? null);
      if (text === undefined) return notApplicable('a get returned something that is no text');
      const found = cutText(text, { start, lengths, numberOf });
      if (typeof found === 'number') return explainTokens.unknown(timeline, op, text, found);
      tokens = found;
      cut.set(id, tokens);
    }
    last[op] = tokens.at(-1) ?? 0;
  }
  return cut;
}

interface Dictionary {
  readonly start: string;
  readonly lengths: readonly number[];
  readonly numberOf: ReadonlyMap<string, number>;
}

/** The tokens of a text, or the position where no token begins. No token is another's prefix. */
function cutText(
  text: string,
  { start, lengths, numberOf }: Dictionary,
): readonly number[] | number {
  const tokens: number[] = [];
  let at = start !== '' && text.startsWith(start) ? start.length : 0;
  // A non-empty initial text is a token too: a text that lacks it begins with a put.
  if (at > 0 || start === '') tokens.push(0);
  while (at < text.length) {
    const from = at;
    const length = lengths.find((each) => numberOf.has(text.slice(from, from + each)));
    if (length === undefined || from + length > text.length) return from;
    tokens.push(numberOf.get(text.slice(from, from + length)) ?? 0);
    at += length;
  }
  // Not even the initial text is there: no put or append leaves nothing.
  return tokens.length === 0 ? 0 : tokens;
}

/** Links from the reads, zones from the rest; or what is wrong inside of a read. */
function linkTable(kv: KvTexts): KvLinks | Violation {
  const { timeline, token, cut, texts } = kv;
  const { history, count, row, code } = timeline;
  const { output } = history.operations;
  const table = new ChainTable(timeline, texts.length);
  table.real[0] = 1;
  for (let op = 0; op < count; op += 1) {
    if (code[op] === kvCode.get) continue;
    const own = token[op] ?? none;
    table.writer[own] = op;
    if (timeline.return[op] !== never) table.real[own] = 1;
  }
  const links = { table, shownBy: new Int32Array(texts.length).fill(none) };
  const done = new Set<number>();
  for (let op = 0; op < count; op += 1) {
    if (code[op] !== kvCode.get || timeline.return[op] === never) continue;
    table.saw(op, token[op] ?? 0);
    const id = output[row[op] ?? 0] ?? noValue;
    if (done.has(id)) continue;
    done.add(id);
    const wrong = enterText(kv, links, op, cut.get(id) ?? []);
    if (wrong !== undefined) return wrong;
  }
  return links;
}

/** Enters what a get shows: which text came after which. */
function enterText(
  kv: KvTexts,
  links: KvLinks,
  op: number,
  tokens: readonly number[],
): Violation | undefined {
  const { timeline, texts, initial } = kv;
  const { table, shownBy } = links;
  if (new Set(tokens).size !== tokens.length) return explainTokens.twice(kv, op, tokens);
  for (const [position, each] of tokens.entries()) {
    if (each === 0) continue;
    const previous = tokens[position - 1];
    const writer = table.writer[each] ?? none;
    table.real[each] = 1;
    if (timeline.code[writer] === kvCode.put) {
      const isFirst = previous === undefined || (previous === 0 && initial === '');
      if (!isFirst) return explainTokens.putInside(kv, { op, put: writer, each });
      shownBy[each] = op;
      continue;
    }
    // Without an initial text before it, nothing can have been there to append to.
    if (previous === undefined) return explainTokens.unknown(timeline, op, texts[each] ?? '', 0);
    const wrong = enterLink(kv, links, { op, each, from: previous });
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Enters that an append came right after another text. */
function enterLink(
  kv: KvTexts,
  links: KvLinks,
  link: { readonly op: number; readonly each: number; readonly from: number },
): Violation | undefined {
  const { op, each, from } = link;
  const { shownBy } = links;
  const { source, next } = links.table;
  if (shownBy[each] !== none) {
    const known = source[each] ?? none;
    if (known === from) return undefined;
    return explainTokens.predecessors(kv, { each, from, known, shownBy, op });
  }
  const rival = next[from] ?? none;
  if (rival !== none)
    return explainTokens.successors(kv, { from, tokens: [rival, each], shownBy, op });
  source[each] = from;
  next[from] = each;
  shownBy[each] = op;
  return undefined;
}
