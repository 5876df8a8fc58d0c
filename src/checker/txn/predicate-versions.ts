/**
 * Transactions with predicate reads, on a closed universe: all keys are known, and each is
 * changed once at most. Then a key that a predicate read does not show tells its version too,
 * by elimination, and dependencies on what was not there (phantoms) can be told from the
 * history alone. (Adya, "Weak Consistency", 1999, for version sets and predicate
 * dependencies; the closed universe is that of Elle's closed-predicate workload.)
 *
 * Micro-operations: `["init", key, value]`, `["insert", key, value]`, `["w", key, value]`,
 * `["delete", key]`, `["r", key, value or null]`, and `["rp", predicate, {key: value, …}]` with all
 * that matched. A predicate is `"true"`, `["=", value]` or `["mod", divisor, remainder]`.
 */
import { canonical, isArray, isObject, type Json } from '../../base/json.ts';
import { noEvent, typeCode } from '../../history/columns.ts';
import type { Operation } from '../../history/event.ts';
import type { History } from '../../history/history.ts';
import type { Transactions, Trouble } from './transactions.ts';

/** A key has version 0, as the universe begins, and version 1, after its change. */
export interface UniverseKey {
  readonly key: Json;
  /** Who made each version: a transaction, or -1. */
  readonly makers: [number, number];
  /** What each version holds; null: there is no such row. */
  readonly values: [Json, Json];
}

export interface VersionRead {
  readonly reader: number;
  readonly key: UniverseKey;
  readonly version: 0 | 1;
  /** Undefined if the row itself was read, else the predicate that did not match it. */
  readonly predicate: Json | undefined;
}

/** A row that a predicate read lacks, though each of its versions matches. */
interface MissedRow {
  readonly reader: number;
  readonly key: UniverseKey;
  readonly predicate: Json;
}

export interface PredicateHistory {
  readonly transactions: Transactions;
  readonly universe: readonly UniverseKey[];
  readonly reads: readonly VersionRead[];
  readonly missed: readonly MissedRow[];
  /** Reads of what no version of the key holds. */
  readonly unknown: readonly {
    readonly reader: number;
    readonly key: Json;
    readonly value: Json;
  }[];
}

const changes = new Set(['insert', 'w', 'delete']);

export function predicateHistoryOf(history: History): PredicateHistory {
  return new PredicateReader(history).read();
}

type Micro = readonly [name: string, first: Json, second: Json];

class PredicateReader {
  readonly #history: History;
  readonly #keys = new Map<string, UniverseKey>();
  readonly #troubles: Trouble[] = [];
  readonly #reads: VersionRead[] = [];
  readonly #missed: MissedRow[] = [];
  readonly #unknown: { reader: number; key: Json; value: Json }[] = [];

  constructor(history: History) {
    this.#history = history;
  }

  read(): PredicateHistory {
    const all = [...this.#history.eachOperation()].filter(({ f }) => f === 'txn');
    const micros = all.map((operation) => this.#microsOf(operation));
    for (const [t, list] of micros.entries())
      for (const micro of list) this.#addVersion(t, micro, all[t]?.invokeIndex ?? -1);
    for (const [t, list] of micros.entries()) if (all[t]?.outcome === 'ok') this.#addReads(t, list);
    return {
      transactions: columnsOf(all, this.#keys, this.#troubles, this.#history),
      universe: [...this.#keys.values()],
      reads: this.#reads,
      missed: this.#missed,
      unknown: this.#unknown,
    };
  }

  #microsOf(operation: Operation): readonly Micro[] {
    const value = operation.outcome === 'ok' ? operation.output : operation.input;
    if (!isArray(value)) return [];
    return value.flatMap((micro): readonly Micro[] => {
      const name = isArray(micro) && typeof micro[0] === 'string' ? micro[0].replace(':', '') : '';
      const known = name === 'init' || name === 'r' || name === 'rp' || changes.has(name);
      if (!known || !isArray(micro)) {
        this.#trouble(
          operation.invokeIndex,
          `expected micro-operations init, insert, w, delete, r or rp, found ${JSON.stringify(micro).slice(0, 120)}`,
        );
        return [];
      }
      return [[name, micro[1] ?? null, name === 'delete' ? null : (micro[2] ?? null)]];
    });
  }

  #trouble(event: number, what: string): void {
    this.#troubles.push({ event, message: `event ${event}: ${what}` });
  }

  #addVersion(t: number, [name, key, value]: Micro, event: number): void {
    const version = name === 'init' ? 0 : 1;
    if (name === 'r' || name === 'rp') return;
    const row = this.#keyOf(key);
    if (row.makers[version] !== -1)
      this.#trouble(
        event,
        `key ${JSON.stringify(key)} is ${version === 0 ? 'initialized' : 'changed'} a second time; here each may be once`,
      );
    row.makers[version] = t;
    row.values[version] = value;
    if (version === 1 && canonical(row.values[0]) === canonical(value))
      this.#trouble(event, `key ${JSON.stringify(key)} is set to what it held: reads cannot tell`);
  }

  #keyOf(key: Json): UniverseKey {
    const name = nameOf(key);
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const fresh: UniverseKey = { key, makers: [-1, -1], values: [null, null] };
    this.#keys.set(name, fresh);
    return fresh;
  }

  #addReads(t: number, micros: readonly Micro[]): void {
    /** What the transaction changed itself says nothing of others. */
    const own = new Set<UniverseKey>();
    for (const [name, first, second] of micros) {
      if (changes.has(name) || name === 'init') own.add(this.#keyOf(first));
      else if (name === 'r') {
        const key = this.#keyOf(first);
        if (!own.has(key)) this.#addRead(t, key, second);
      } else this.#addPredicateRead(t, [first, second], own);
    }
  }

  #addRead(t: number, key: UniverseKey, value: Json): void {
    const version = ([1, 0] as const).find(
      (each) => exists(key, each) && canonical(key.values[each]) === canonical(value),
    );
    if (version === undefined) this.#unknown.push({ reader: t, key: key.key, value });
    else this.#reads.push({ reader: t, key, version, predicate: undefined });
  }

  #addPredicateRead(
    t: number,
    [predicate, shown]: readonly [Json, Json],
    own: ReadonlySet<UniverseKey>,
  ): void {
    const rows = isObject(shown) ? shown : {};
    for (const name of Object.keys(rows)) {
      const key = this.#keyOf(this.#keys.get(name)?.key ?? name);
      if (!own.has(key)) this.#addRead(t, key, rows[name] ?? null);
    }
    for (const key of this.#keys.values()) {
      if (own.has(key) || nameOf(key.key) in rows) continue;
      const hidden = ([0, 1] as const).filter(
        (version) => exists(key, version) && !matches(predicate, key.values[version]),
      );
      const [only, ...others] = hidden;
      if (only === undefined) this.#missed.push({ reader: t, key, predicate });
      else if (others.length === 0) this.#reads.push({ reader: t, key, version: only, predicate });
    }
  }
}

/** Version 1 is there if somebody changed the key. */
function exists(key: UniverseKey, version: 0 | 1): boolean {
  return version === 0 || key.makers[1] !== -1;
}

/** As the keys of an object read: numbers as their digits. */
function nameOf(key: Json): string {
  return typeof key === 'string' ? key : canonical(key);
}

/** Whether a row with that value matches; no row matches nothing. */
export function matches(predicate: Json, value: Json): boolean {
  if (value === null) return false;
  if (!isArray(predicate))
    return predicate === 'true' || predicate === ':true' || predicate === true;
  const [name, first, second] = predicate;
  if (name === '=' || name === ':=') return canonical(first ?? null) === canonical(value);
  const isModulo = name === 'mod' || name === ':mod';
  return isModulo && typeof value === 'number' && value % Number(first) === Number(second);
}

function columnsOf(
  all: readonly Operation[],
  keys: ReadonlyMap<string, UniverseKey>,
  troubles: readonly Trouble[],
  history: History,
): Transactions {
  const codes = { ok: typeCode.ok, fail: typeCode.fail, info: typeCode.info };
  const none = new Int32Array(0);
  return {
    count: all.length,
    row: Int32Array.from(all, ({ id }) => id),
    outcome: Uint8Array.from(all, ({ outcome }) => codes[outcome]),
    process: Int32Array.from(all, ({ process }) => process),
    invoke: Int32Array.from(all, ({ invokeIndex }) => invokeIndex),
    complete: Int32Array.from(all, (each) =>
      each.outcome === 'info' ? noEvent : each.returnIndex,
    ),
    first: new Int32Array(all.length + 1),
    kind: new Uint8Array(0),
    key: none,
    value: none,
    of: none,
    keys: [...keys.values()].map(({ key }) => key),
    elements: history.values,
    okCount: all.filter(({ outcome }) => outcome === 'ok').length,
    mismatched: [],
    troubles,
  };
}
