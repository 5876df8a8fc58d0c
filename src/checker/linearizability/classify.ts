/**
 * Violations that have a name, told from the values alone. Each finding comes with the few
 * calls that prove it, and holds whatever the rest of the history is.
 *
 * `evidentIn` needs no search and is asked first. `staleIn` explains a violation that the
 * search found.
 */
import { canonical } from '../../base/json.ts';
import { typeCode } from '../../history/columns.ts';
import { illegal, type OpValues } from '../../model/model.ts';
import type { AnyModel } from './engine.ts';
import { type Call, callAt, never, type Part } from './part.ts';

export type Finding =
  /** `by` saw a value that nobody put there. */
  | { readonly type: 'thin-air-read'; readonly by: Call }
  /** `by` saw a value of `failed`, which did not happen. */
  | { readonly type: 'aborted-read'; readonly by: Call; readonly failed: Call }
  /** `by` had returned when `put`, the first to put that value there, was invoked. */
  | { readonly type: 'future-read'; readonly by: Call; readonly put: Call }
  /** More calls took a value away than put it there. */
  | {
      readonly type: 'lost-update' | 'duplicate';
      readonly takers: readonly Call[];
      readonly puts: readonly Call[];
      readonly wasThere: boolean;
    }
  /**
   * `by` saw a value whose last put to complete was `old` (undefined: it was there from the
   * start); but `fresh` put another value, began after that and returned before `by` began. Or
   * `shows` is another call: it saw that value and returned before `by` began, and `fresh` is
   * the first that put it there.
   */
  | {
      readonly type: 'stale-read' | 'lost-write';
      readonly by: Call;
      readonly old: Call | undefined;
      /** How many puts of the value seen began before `by` returned. */
      readonly oldCount: number;
      readonly fresh: Call;
      readonly shows: Call;
    };

/** Of a value put more often, a person would have to count; the search finds less to show. */
const putsCountedMax = 2;

/** What happened to one value. */
interface ValueUse {
  readonly puts: Call[];
  readonly seers: Call[];
  /** True if the object holds it from the start. */
  wasThere: boolean;
}

/** Calls by value. */
export type ValueUses = ReadonlyMap<string, ValueUse>;

/** Undefined if the model says nothing of values. */
export function valueUses(calls: readonly Call[], model: AnyModel): ValueUses | undefined {
  if (model.valuesOf === undefined) return undefined;
  const uses = new Map<string, ValueUse>();
  const useOf = (text: string): ValueUse => {
    const known = uses.get(text);
    if (known !== undefined) return known;
    const use = { puts: [], seers: [], wasThere: false };
    uses.set(text, use);
    return use;
  };
  for (const call of calls) {
    const { puts, sees } = valuesOf(model, call);
    for (const value of puts) useOf(canonical(value)).puts.push(call);
    for (const value of sees) {
      const use = useOf(canonical(value));
      use.seers.push(call);
      if (!use.wasThere) use.wasThere = model.step(model.init, call.op) !== illegal;
    }
  }
  return uses;
}

/** A violation that shows without any search, if there is one: the one that shows first. */
export function evidentIn(
  uses: ValueUses,
  failedCalls: () => readonly Call[],
  model: AnyModel,
): Finding | undefined {
  let first: Finding | undefined;
  let firstReturn = never;
  for (const [value, use] of uses) {
    const found = fromNowhere(value, use, failedCalls, model) ?? takenTooOften(use, model);
    if (found === undefined) continue;
    const calls = callsOfFinding(found);
    const at = Math.max(...calls.map(({ returned }) => (returned === never ? 0 : returned)));
    if (first === undefined || at < firstReturn) [first, firstReturn] = [found, at];
  }
  return first;
}

/** The calls that a finding consists of, without those that failed, in order of invocation. */
export function callsOfFinding(finding: Finding): readonly Call[] {
  switch (finding.type) {
    case 'thin-air-read':
    case 'aborted-read':
      return [finding.by];
    case 'future-read':
      return inOrder([finding.by, finding.put]);
    case 'lost-update':
    case 'duplicate':
      return inOrder([...finding.puts, ...finding.takers]);
    default:
      return inOrder([
        ...(finding.old === undefined ? [] : [finding.old]),
        finding.fresh,
        finding.shows,
        finding.by,
      ]);
  }
}

/**
 * Whether one of `suspects` saw a value that had been overwritten: the object is a cell, and
 * all puts of the value seen had returned before a put of another began, which returned, or
 * whose value was seen, before the suspect began.
 */
export function staleIn(
  suspects: readonly Call[],
  uses: ValueUses,
  model: AnyModel,
): Finding | undefined {
  let best: Finding | undefined;
  for (const by of suspects) {
    if (by.returned === never) continue;
    for (const value of valuesOf(model, by).sees) {
      const found = overwritten(by, canonical(value), uses, model);
      if (found === undefined) continue;
      const isShorter =
        best === undefined || callsOfFinding(found).length < callsOfFinding(best).length;
      if (isShorter) best = found;
    }
  }
  return best;
}

function fromNowhere(
  value: string,
  { puts, seers, wasThere }: ValueUse,
  failedCalls: () => readonly Call[],
  model: AnyModel,
): Finding | undefined {
  if (wasThere) return undefined;
  const by = earliest(seers, (call) => call.returned);
  if (by === undefined) return undefined;
  const put = earliest(puts, (call) => call.invoke);
  if (put === undefined) {
    const failed = failedCalls().find((call) =>
      valuesOf(model, call).puts.some((other) => canonical(other) === value),
    );
    if (failed === undefined) return { type: 'thin-air-read', by };
    return { type: 'aborted-read', by, failed };
  }
  // An operation that both sees and puts the value cannot have put it before it saw it.
  if (by !== put && by.returned < put.invoke) return { type: 'future-read', by, put };
  return undefined;
}

function takenTooOften(use: ValueUse, model: AnyModel): Finding | undefined {
  const { puts, seers, wasThere } = use;
  const takers = seers.filter((call) => !model.isPure(call.op) && !puts.includes(call));
  const allowed = puts.length + (wasThere ? 1 : 0);
  if (takers.length <= allowed || allowed === 0 || puts.length > putsCountedMax) return undefined;
  const first = takers[0];
  const replaces = first !== undefined && valuesOf(model, first).replaces;
  const type = replaces ? 'lost-update' : 'duplicate';
  const shown = takers.toSorted((a, b) => a.returned - b.returned).slice(0, allowed + 1);
  return { type, takers: shown, puts, wasThere };
}

function overwritten(
  by: Call,
  value: string,
  uses: ValueUses,
  model: AnyModel,
): Finding | undefined {
  const use = uses.get(value);
  if (use === undefined || use.puts.includes(by)) return undefined;
  const olds = use.puts.filter(({ invoke }) => invoke < by.returned);
  if (!olds.every((call) => valuesOf(model, call).replaces)) return undefined;
  if (olds.length === 0 && !use.wasThere) return undefined;
  const old = earliest(olds, ({ returned }) => -returned);
  // From the start counts as put before everything.
  const oldEnd = old?.returned ?? -1;
  let best: { fresh: Call; shows: Call } | undefined;
  for (const [other, { puts, seers, wasThere }] of uses) {
    if (other === value) continue;
    if (!puts.every((call) => valuesOf(model, call).replaces)) continue;
    const put = puts.find(({ invoke, returned }) => invoke > oldEnd && returned < by.invoke);
    if (put !== undefined) {
      best = { fresh: put, shows: put };
      break;
    }
    const fresh = earliest(puts, ({ invoke }) => invoke);
    if (wasThere || fresh === undefined || fresh.invoke < oldEnd) continue;
    const seer = earliest(seers, ({ returned }) => returned);
    if (seer !== undefined && seer.returned < by.invoke) best = { fresh, shows: seer };
  }
  if (best === undefined) return undefined;
  const type = isLost(by, best.shows, uses, model) ? 'lost-write' : 'stale-read';
  return { type, by, old, oldCount: olds.length, ...best };
}

/**
 * `isLost` of a finding among few calls, for the whole part: what else was put or seen since.
 * Only the columns are looked at until something comes near.
 */
export function isLostIn(
  { by, shows }: { readonly by: Call; readonly shows: Call },
  part: Part,
  model: AnyModel,
): boolean {
  const own = valuesOf(model, shows).puts.map(canonical)[0];
  const { invoke, complete, outcome } = part.history.operations;
  for (const row of part.rows) {
    const end = outcome[row] === typeCode.ok ? (complete[row] ?? never) : never;
    if (end < shows.invoke || invoke[row] === shows.invoke) continue;
    if (outcome[row] === typeCode.fail) continue;
    const call = callAt(part, row, model);
    const { puts, sees } = valuesOf(model, call);
    if (puts.length > 0 && call.invoke < by.returned) return false;
    if (sees.some((value) => canonical(value) === own)) return false;
  }
  return true;
}

/** A write that was acknowledged, was the last, and was never seen by anybody. */
function isLost(by: Call, written: Call, uses: ValueUses, model: AnyModel): boolean {
  const { puts, sees } = valuesOf(model, written);
  if (sees.length > 0 || puts.length !== 1) return false;
  const own = puts.map(canonical)[0] ?? '';
  if ((uses.get(own)?.seers.length ?? 0) > 0) return false;
  for (const use of uses.values())
    for (const put of use.puts)
      if (put !== written && put.returned > written.invoke && put.invoke < by.returned)
        return false;
  return true;
}

export function valuesOf(model: AnyModel, call: Call): OpValues {
  return model.valuesOf?.(call.op) ?? { about: 'everything', puts: [], sees: [], replaces: false };
}

function earliest(calls: readonly Call[], at: (call: Call) => number): Call | undefined {
  let first: Call | undefined;
  for (const call of calls) if (first === undefined || at(call) < at(first)) first = call;
  return first;
}

function inOrder(calls: readonly Call[]): readonly Call[] {
  return [...new Set(calls)].toSorted((a, b) => a.invoke - b.invoke);
}
