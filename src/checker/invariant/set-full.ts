/**
 * A grow-only set with the fate of each element followed through all reads (Jepsen's
 * `checker/set-full`; Maelstrom's judge of broadcast and g-set).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `add` (or `broadcast`) | the element | – |
 * | `read` | null | the list of all elements |
 *
 * An element is known from the first of: its add was acknowledged, a read showed it. It is
 * stable if the read that was invoked last among those that show it was invoked after the last
 * that does not; lost if it was known before the invocation of that last one that does not show
 * it; else never read. Stable and lost latencies count from the moment it was known.
 */
import type { Json } from '../../base/json.ts';
import { canonical } from '../../base/json.ts';
import { nsToMs } from '../../base/units.ts';
import type { Checker } from '../checker.ts';
import { type Element, elementsAdded, phantomReason } from './elements.ts';
import {
  AnomalyList,
  elementKey,
  elementsOf,
  type Finding,
  invariant,
  type Part,
  some,
  tooFew,
} from './invariant.ts';
import type { SetFunctions } from './set.ts';

export interface SetFullOptions extends SetFunctions {
  /** True: once known, an element must be in every read that begins later. Default false. */
  readonly linearizable?: boolean;
  /**
   * True: each final read must show all that was acknowledged before it. Default false, as in
   * Jepsen: an element is well if the last read shows it, even if an earlier final one did not.
   */
  readonly everyFinalRead?: boolean;
}

interface Fate {
  readonly element: Element;
  /** The event from which it is known, and its invocation. */
  known: number;
  knownBy: number;
  /** Rows of the last reads with and without it, by invocation; -1 for none. */
  lastPresent: number;
  lastAbsent: number;
}

type Read = readonly [row: number, keys: ReadonlySet<number | string>];

const none = -1;

export function setFull(options: SetFullOptions = {}): Checker {
  const { add = 'add', read = 'read', linearizable = false, everyFinalRead = false } = options;
  const promise = linearizable ? 'every later read' : 'the last read';
  return invariant({
    name: 'set-full',
    summary: `every known element is in ${promise}, and no read shows what was never added`,
    method: `each element is followed from its ${add} through all ok ${read}s; valid says that none known was absent from ${promise}${everyFinalRead ? ' or from a final one' : ''}, none doubled, none invented`,
    judge: (part) => new Judge(part, { add, read, linearizable, everyFinalRead }).judge(),
  });
}

class Judge {
  readonly #part: Part;
  readonly #options: Required<SetFullOptions>;
  readonly #anomalies: AnomalyList;
  readonly #fates = new Map<number | string, Fate>();
  readonly #duplicated: Json[] = [];
  readonly #phantoms = new Map<number | string, Json>();
  #readCount = 0;
  #divergentFinalCount = 0;
  /** Elements that a final read lacks: each is one anomaly, however many reads lack it. */
  readonly #missedByFinal = new Set<number | string>();
  readonly #finalReads = { attempted: 0, succeeded: 0 };

  constructor(part: Part, options: Required<SetFullOptions>) {
    this.#part = part;
    this.#options = options;
    this.#anomalies = new AnomalyList(part);
  }

  judge(): Finding {
    const { add, read } = this.#options;
    const elements = elementsAdded(this.#part, this.#part.rowsOf(add));
    for (const [key, element] of elements) {
      const { acknowledged, acknowledgedRow } = element;
      const knownBy = this.#part.invoke(acknowledgedRow);
      const fate = { element, known: acknowledged, knownBy, lastPresent: none, lastAbsent: none };
      this.#fates.set(key, fate);
    }
    const reads: Read[] = [];
    for (const row of this.#part.rowsOf(read)) {
      const shown = this.#part.isOk(row) ? elementsOf(this.#part.output(row)) : undefined;
      if (this.#part.isFinal(row)) {
        this.#finalReads.attempted += 1;
        if (shown !== undefined) this.#finalReads.succeeded += 1;
      }
      if (shown !== undefined) reads.push([row, this.#seen(row, shown)]);
    }
    this.#readCount = reads.length;
    this.#followAbsence(reads);
    return this.#finding();
  }

  /** What a read shows; notes doubles and phantoms, and that elements are known and present. */
  #seen(row: number, shown: readonly Json[]): ReadonlySet<number | string> {
    const keys = new Set<number | string>();
    for (const value of shown) {
      const key = elementKey(value);
      if (keys.has(key)) {
        this.#duplicated.push(value);
        this.#report(
          'duplicate-element',
          [row],
          value,
          () => `shows ${canonical(value)} more than once`,
        );
        continue;
      }
      keys.add(key);
      const fate = this.#fates.get(key);
      const reason = phantomReason(this.#part, fate?.element, row);
      if (reason !== undefined && !this.#phantoms.has(key)) {
        this.#phantoms.set(key, value);
        const rows = fate === undefined ? [row] : [row, fate.element.row];
        this.#report('phantom', rows, value, () => `shows ${canonical(value)}, but ${reason}`);
      }
      if (fate === undefined) continue;
      fate.lastPresent = row;
      if (this.#part.returned(row) >= fate.known) continue;
      fate.known = this.#part.returned(row);
      fate.knownBy = this.#part.invoke(row);
    }
    return keys;
  }

  /** From the last read to the first: an element's last absence is the first that is met. */
  #followAbsence(reads: readonly Read[]): void {
    let open = [...this.#fates];
    for (const [row, keys] of reads.toReversed()) {
      if (this.#part.isFinal(row)) this.#judgeFinal(row, keys);
      const present: typeof open = [];
      for (const entry of open)
        if (keys.has(entry[0])) present.push(entry);
        else entry[1].lastAbsent = row;
      open = present;
    }
  }

  #judgeFinal(row: number, keys: ReadonlySet<number | string>): void {
    const begun = this.#part.invoke(row);
    for (const [key, { element }] of this.#fates) {
      if (element.acknowledged > begun || keys.has(key)) continue;
      this.#divergentFinalCount += 1;
      if (!this.#options.everyFinalRead || this.#missedByFinal.has(key)) continue;
      this.#missedByFinal.add(key);
      this.#report(
        'lost-element',
        [row, element.acknowledgedRow],
        element.value,
        () =>
          `is a final one and lacks ${canonical(element.value)}, acknowledged before at event ${element.acknowledged}; nothing takes an element out again`,
      );
    }
  }

  #finding(): Finding {
    const { read, linearizable } = this.#options;
    const lists = { lost: [] as Json[], neverRead: [] as Json[] };
    const stale: { readonly element: Json; readonly latencyMs: number }[] = [];
    const samples = { stableLatenciesMs: [] as number[], lostLatenciesMs: [] as number[] };
    let stableCount = 0;
    for (const [key, fate] of this.#fates) {
      const present = fate.lastPresent === none ? none : this.#part.invoke(fate.lastPresent);
      const absent = fate.lastAbsent === none ? none : this.#part.invoke(fate.lastAbsent);
      const { value } = fate.element;
      if (present > absent) {
        stableCount += 1;
        const latencyMs = this.#sinceKnownMs(fate, absent);
        samples.stableLatenciesMs.push(latencyMs);
        if (absent <= fate.known) continue;
        stale.push({ element: value, latencyMs });
        if (linearizable) this.#reportAbsence('stale', fate);
      } else if (absent > present && absent > fate.known) {
        lists.lost.push(value);
        samples.lostLatenciesMs.push(this.#sinceKnownMs(fate, present));
        if (!this.#missedByFinal.has(key)) this.#reportAbsence('lost', fate);
      } else lists.neverRead.push(value);
    }
    const worst = stale.toSorted((a, b) => b.latencyMs - a.latencyMs).slice(0, 8);
    const details = {
      attemptCount: this.#fates.size,
      readCount: this.#readCount,
      stableCount,
      staleCount: stale.length,
      lostCount: lists.lost.length,
      neverReadCount: lists.neverRead.length,
      duplicatedCount: this.#duplicated.length,
      phantomCount: this.#phantoms.size,
      divergentFinalCount: this.#divergentFinalCount,
      lost: some(lists.lost),
      neverRead: some(lists.neverRead),
      worstStale: worst,
      duplicated: some(this.#duplicated),
      phantoms: some(this.#phantoms.values()),
    };
    const finding = { anomalies: this.#anomalies, details, samples };
    const { attempted, succeeded } = this.#finalReads;
    // What became of all that was acknowledged since the last read would be passed in silence.
    if (attempted > 0 && succeeded === 0)
      return { ...finding, ...tooFew(`none of the ${attempted} final ${read}s succeeded`) };
    if (stableCount > 0) return finding;
    return { ...finding, ...tooFew(`no ${read} settled the fate of any element`) };
  }

  /** From the moment it was known to just after the invocation of a read; 0 if that was before. */
  #sinceKnownMs(fate: Fate, invoke: number): number {
    if (invoke === none || fate.known === Infinity) return 0;
    const ns = this.#part.timeNs(invoke) + 1 - this.#part.timeNs(fate.known);
    return nsToMs(Math.max(0, ns));
  }

  #reportAbsence(type: 'lost' | 'stale', fate: Fate): void {
    const { value } = fate.element;
    const again =
      type === 'stale'
        ? `the ${this.#options.read} of event ${this.#part.invoke(fate.lastPresent)} shows it again`
        : 'no read that was invoked later shows it';
    const rows = [fate.lastAbsent, fate.element.row];
    if (fate.lastPresent !== none) rows.push(fate.lastPresent);
    this.#report(
      type,
      rows,
      value,
      () =>
        `lacks ${canonical(value)}, which was known before, at event ${fate.known} (by the operation of event ${fate.knownBy}); ${again}`,
      fate.knownBy,
    );
  }

  /** @param rows the first is the read that the sentence is about. */
  #report(
    type: string,
    rows: readonly number[],
    element: Json,
    what: () => string,
    alsoEvent?: number,
  ): void {
    const [readRow = 0] = rows;
    this.#anomalies.add(() => ({
      type,
      model: this.#options.linearizable ? 'linearizable' : 'set',
      operations: [
        ...rows.map((row) => this.#part.invoke(row)),
        ...(alsoEvent === undefined ? [] : [alsoEvent]),
      ],
      explanation: `The ${this.#options.read} of event ${this.#part.invoke(readRow)} (ok at ${this.#part.returned(readRow)}) ${what()}.`,
      evidence: { element },
    }));
  }
}
