/**
 * Cycles in words that a person can check by hand: who the transactions are, why each comes
 * before the next, and that the last one comes before the first.
 */
import { canonical, isArray, type Json, type JsonObject } from '../../base/json.ts';
import type { History } from '../../history/history.ts';
import { noValue } from '../../history/values.ts';
import type { Cycle } from './cycles.ts';
import { type Finding, text } from './findings.ts';
import { data, relation, relationName } from './relations.ts';
import type { Transactions } from './transactions.ts';

export interface EdgeReason {
  readonly key?: Json;
  readonly value?: Json;
  /** A clause, after "because". */
  readonly why: string;
  /** Transactions without which nobody would know, beside the two. */
  readonly shownBy?: readonly number[];
}

export interface Narrator {
  readonly history: History;
  readonly transactions: Transactions;
  /** Why `from` comes before `to`, as far as data says so; names are what to call them. */
  reason(edge: Edge, names: readonly [from: string, to: string], witness?: number): EdgeReason;
  /** Transactions one of which is needed beside the two to see why; empty if none is. */
  witnesses?(edge: Edge): readonly number[];
}

export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly bits: number;
}

export function cycleFinding(cycle: Cycle, narrator: Narrator): Omit<Finding, 'type'> {
  const names = new Map<number, string>();
  for (const { from } of cycle.steps) if (!names.has(from)) names.set(from, `T${names.size + 1}`);
  const nameOf = (t: number): string => names.get(t) ?? '';
  const edges = cycle.steps.map(({ from, bits }, i) => ({
    from,
    to: cycle.steps[(i + 1) % cycle.steps.length]?.from ?? from,
    bits,
  }));
  const witnesses = fewestWitnesses(edges, narrator);
  const steps = edges.map((edge, i) => ({
    edge,
    reason: reasonOf(edge, [nameOf(edge.from), nameOf(edge.to)], narrator, witnesses[i]),
  }));
  const pattern = patternOf(steps.map(({ edge, reason }) => ({ ...edge, key: reason.key })));
  const { invoke } = narrator.transactions;
  const lines = steps.map(({ edge, reason }, i) => {
    const claim = `${nameOf(edge.from)} < ${nameOf(edge.to)}, because ${reason.why}`;
    return i === steps.length - 1
      ? `However, ${claim}: a contradiction.`
      : `${i === 0 ? 'Then' : 'and'} ${claim}${i === steps.length - 2 ? '.' : ','}`;
  });
  const mentioned = reasonKeys(steps.map(({ reason }) => reason.key));
  const explanation = [
    `${pattern === undefined ? 'A cycle' : `${articleOf(pattern)} ${pattern}`} of ${names.size} transactions:`,
    ...[...names].map(([t, name]) => `  ${name} = ${describe(narrator, t, mentioned)}`),
    ...lines,
  ].join('\n');
  return {
    ...sharedKey(steps.map(({ reason }) => reason.key)),
    transactions: [
      ...names.keys(),
      ...new Set(steps.flatMap(({ reason }) => reason.shownBy ?? [])),
    ],
    explanation,
    evidence: {
      cycle: steps.map(({ edge, reason }) => ({
        operation: invoke[edge.from] ?? 0,
        edge: relationName(edge.bits),
        ...(reason.key === undefined ? {} : { key: reason.key }),
        ...(reason.value === undefined ? {} : { value: reason.value }),
        why: `${nameOf(edge.from)} < ${nameOf(edge.to)}, because ${reason.why}`,
      })),
      ...(pattern === undefined ? {} : { pattern }),
    } satisfies JsonObject,
  };
}

function sharedKey(keys: readonly (Json | undefined)[]): { key?: Json } {
  const first = keys[0];
  return first !== undefined && keys.every((key) => key === first) ? { key: first } : {};
}

/** For each edge one of its witnesses, if it needs any: few in all, and rather one of the cycle. */
function fewestWitnesses(
  edges: readonly Edge[],
  narrator: Narrator,
): readonly (number | undefined)[] {
  const open = edges.map((edge) =>
    (edge.bits & data) === 0 ? [] : (narrator.witnesses?.(edge) ?? []),
  );
  const chosen: (number | undefined)[] = edges.map(() => undefined);
  const take = (witness: number): void => {
    for (const [i, candidates] of open.entries())
      if (chosen[i] === undefined && candidates.includes(witness)) chosen[i] = witness;
  };
  for (const [i, { from, to }] of edges.entries())
    chosen[i] = [from, to].find((t) => open[i]?.includes(t) === true);
  for (const { from } of edges) take(from);
  for (;;) {
    /** How many edges each would do for. */
    const uses = new Map<number, number>();
    for (const [i, candidates] of open.entries())
      if (chosen[i] === undefined) for (const t of candidates) uses.set(t, (uses.get(t) ?? 0) + 1);
    const [most] = [...uses].sort((a, b) => b[1] - a[1]);
    if (most === undefined) return chosen;
    take(most[0]);
  }
}

function reasonOf(
  edge: Edge,
  names: readonly [string, string],
  narrator: Narrator,
  witness: number | undefined,
): EdgeReason {
  if ((edge.bits & data) !== 0) return narrator.reason(edge, names, witness);
  const { transactions } = narrator;
  const { process, complete, invoke } = transactions;
  if ((edge.bits & relation.process) !== 0)
    return { why: `process ${process[edge.from] ?? -1} ran ${names[0]} before ${names[1]}` };
  return {
    why: `${names[0]} had returned (event ${complete[edge.from] ?? -1}) before ${names[1]} was invoked (event ${invoke[edge.to] ?? -1})`,
  };
}

const operationsMax = 12;

/** The keys that an argument is about, for `describe`. */
export function reasonKeys(keys: readonly (Json | undefined)[]): ReadonlySet<string> {
  return new Set(keys.filter((key) => key !== undefined).map((key) => canonical(key)));
}

/**
 * `event 12, process 3: r "x" [1 2], append "y" 3`. Of a long transaction those on the keys
 * that are `mentioned`, and others while there is room.
 */
export function describe(
  { history, transactions }: Narrator,
  t: number,
  mentioned: ReadonlySet<string> = new Set(),
): string {
  const { operations, values } = history;
  const row = transactions.row[t] ?? 0;
  const value =
    values.value(operations.output[row] ?? noValue) ??
    values.value(operations.input[row] ?? noValue);
  const list = isArray(value) ? value : [];
  const isMentioned = (operation: Json): boolean =>
    isArray(operation) && mentioned.has(canonical(operation[1] ?? null));
  let room = operationsMax - list.filter(isMentioned).length;
  const shown = list
    .filter((operation) => {
      if (isMentioned(operation)) return true;
      room -= 1;
      return room >= 0;
    })
    .map(operationText);
  if (list.length > shown.length) shown.push(`and ${list.length - shown.length} more`);
  return `event ${transactions.invoke[t] ?? -1}, process ${transactions.process[t] ?? -1}: ${shown.join(', ')}`;
}

function operationText(operation: Json): string {
  if (!Array.isArray(operation)) return text(operation);
  const [name, key, value] = operation as readonly Json[];
  return `${typeof name === 'string' ? name : text(name)} ${text(key)} ${text(value)}`;
}

function articleOf(pattern: string): string {
  return /^[aeiou]/.test(pattern) ? 'An' : 'A';
}

interface NamedEdge extends Edge {
  readonly key: Json | undefined;
}

/** The name that people have for a cycle of this shape, where they have one. */
function patternOf(edges: readonly NamedEdge[]): string | undefined {
  const kinds = edges.map(({ bits }) => relationName(bits));
  const antis = kinds.filter((kind) => kind === 'rw').length;
  const has = (kind: string): boolean => kinds.includes(kind);
  const sameKey = new Set(edges.map(({ key }) => JSON.stringify(key))).size === 1;
  if (has('process') || has('realtime')) {
    if (edges.length !== 2 || antis !== 1) return undefined;
    return has('process') ? 'stale read within a session' : 'stale read';
  }
  if (antis === 0) return undefined;
  if (edges.length === 2) {
    if (antis === 2) return sameKey ? 'lost update' : 'write skew';
    if (has('ww')) return sameKey ? 'lost update' : 'read skew';
    return sameKey ? 'non-repeatable read' : 'fractured read';
  }
  if (antis === 1) return 'read skew';
  if (antis === 2 && edges.length === 4 && kinds.filter((kind) => kind === 'wr').length === 2)
    return isApart(kinds) ? 'long fork' : undefined;
  return kinds.every((kind) => kind === 'rw') ? 'write skew' : undefined;
}

function isApart(kinds: readonly string[]): boolean {
  return kinds.every((kind, i) => kind !== 'rw' || kinds[(i + 1) % kinds.length] !== 'rw');
}
