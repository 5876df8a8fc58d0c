/**
 * The search for one part of a history: Wing and Gong's, with Lowe's memory of configurations
 * already seen ("Testing for linearizability", 2017), as porcupine does it.
 *
 * Calls and returns are a doubly linked list in order of time. An operation may come next in
 * a linearization if its call stands before every return still in the list. Choosing it lifts
 * its call and return out; meeting a return means that what it belongs to should have come
 * earlier: undo the last choice and try the next. The part is linearizable when no return is
 * left: operations that never returned have only a call, and may stay.
 */
import { assert } from '../base/assert.ts';
import { Bitset } from './bitset.ts';
import type { CheckResult, Model } from './model.ts';

/** One operation of a part: `call` and `ret` are positions in the order of events. */
export interface SearchOperation<Input, Output> {
  readonly input: Input;
  readonly output: Output | undefined;
  readonly call: number;
  /** Undefined if it never returned. */
  readonly ret: number | undefined;
}

export interface SearchResult {
  readonly result: CheckResult;
  /**
   * For each operation the longest partial linearization that contains it, as indices; shared
   * between operations. Undefined for an operation that was never linearized, and for all if
   * `verbose` was not asked for.
   */
  readonly longest: readonly (readonly number[] | undefined)[];
}

interface Node {
  /** Which operation. */
  readonly id: number;
  /** The return of a call; undefined on returns and on calls that never returned. */
  readonly match: Node | undefined;
  readonly isCall: boolean;
  previous: Node | undefined;
  next: Node | undefined;
}

interface Choice<State> {
  readonly node: Node;
  readonly stateBefore: State;
}

interface Seen<State> {
  readonly linearized: Bitset;
  readonly state: State;
}

/** Between two looks at the clock. */
const stepsBetweenLooks = 256;

export function search<State, Input, Output>(
  model: Model<State, Input, Output>,
  operations: readonly SearchOperation<Input, Output>[],
  verbose: boolean,
  outOfTime: () => boolean,
): SearchResult {
  const equal = (a: State, b: State): boolean => model.equal?.(a, b) ?? Object.is(a, b);
  const head = linked(operations);
  const linearized = new Bitset(operations.length);
  const cache = new Map<number, Seen<State>[]>();
  const choices: Choice<State>[] = [];
  const longest = new Array<readonly number[] | undefined>(operations.length).fill(undefined);
  let returnsLeft = operations.filter(({ ret }) => ret !== undefined).length;
  let state = model.init();
  let node = head.next;
  let stepsToLook = 1;

  while (returnsLeft > 0) {
    stepsToLook -= 1;
    if (stepsToLook === 0) {
      if (outOfTime()) {
        if (verbose) keepLongest(longest, choices);
        return { result: 'Unknown', longest };
      }
      stepsToLook = stepsBetweenLooks;
    }
    assert(node !== undefined, 'a list with returns in it ends before the last of them');
    if (node.isCall) {
      const operation: SearchOperation<Input, Output> | undefined = operations[node.id];
      assert(operation !== undefined, `no operation ${node.id}`);
      const [ok, next] = model.step(state, operation.input, operation.output);
      linearized.toggle(node.id);
      if (ok && isNew(cache, { linearized, state: next }, model, equal)) {
        choices.push({ node, stateBefore: state });
        state = next;
        lift(node);
        if (node.match !== undefined) returnsLeft -= 1;
        node = head.next;
      } else {
        linearized.toggle(node.id);
        node = node.next;
      }
    } else {
      if (verbose) keepLongest(longest, choices);
      const last = choices.pop();
      if (last === undefined) return { result: 'Illegal', longest };
      state = last.stateBefore;
      linearized.toggle(last.node.id);
      unlift(last.node);
      if (last.node.match !== undefined) returnsLeft += 1;
      node = last.node.next;
    }
  }
  if (verbose) keepLongest(longest, choices);
  return { result: 'Ok', longest };
}

/** Remembers the configuration. False if it was known: the hash finds it, equality decides. */
function isNew<State, Input, Output>(
  cache: Map<number, Seen<State>[]>,
  { linearized, state }: Seen<State>,
  model: Model<State, Input, Output>,
  equal: (a: State, b: State) => boolean,
): boolean {
  const hash = linearized.hash ^ (model.hash?.(state) ?? 0);
  const bucket = cache.get(hash);
  if (
    bucket?.some((seen) => seen.linearized.equals(linearized) && equal(seen.state, state)) === true
  )
    return false;
  const entry = { linearized: linearized.clone(), state };
  if (bucket === undefined) cache.set(hash, [entry]);
  else bucket.push(entry);
  return true;
}

function keepLongest<State>(
  longest: (readonly number[] | undefined)[],
  choices: readonly Choice<State>[],
): void {
  let sequence: readonly number[] | undefined;
  for (const { node } of choices) {
    const known = longest[node.id];
    if (known !== undefined && known.length >= choices.length) continue;
    sequence ??= choices.map((choice) => choice.node.id);
    // The one list that this function is for.
    // eslint-disable-next-line no-param-reassign
    longest[node.id] = sequence;
  }
}

/** The list, behind a head that is no event. At equal positions calls come before returns. */
function linked<Input, Output>(operations: readonly SearchOperation<Input, Output>[]): Node {
  const events: { at: number; node: Node }[] = [];
  for (const [id, { call, ret }] of operations.entries()) {
    const blank = { id, previous: undefined, next: undefined };
    const match: Node | undefined =
      ret === undefined ? undefined : { ...blank, isCall: false, match: undefined };
    events.push({ at: call, node: { ...blank, isCall: true, match } });
    if (match !== undefined && ret !== undefined) events.push({ at: ret, node: match });
  }
  events.sort((a, b) => a.at - b.at || Number(b.node.isCall) - Number(a.node.isCall));
  const head: Node = {
    id: -1,
    isCall: false,
    match: undefined,
    previous: undefined,
    next: undefined,
  };
  let last = head;
  for (const { node } of events) {
    node.previous = last;
    last.next = node;
    last = node;
  }
  return head;
}

function lift(call: Node): void {
  unlink(call);
  if (call.match !== undefined) unlink(call.match);
}

/** In the opposite order, so that each finds its neighbours as it left them. */
function unlift(call: Node): void {
  if (call.match !== undefined) relink(call.match);
  relink(call);
}

/* eslint-disable no-param-reassign -- a linked list is its links */
function unlink(node: Node): void {
  if (node.previous !== undefined) node.previous.next = node.next;
  if (node.next !== undefined) node.next.previous = node.previous;
}

function relink(node: Node): void {
  if (node.previous !== undefined) node.previous.next = node;
  if (node.next !== undefined) node.next.previous = node;
}
/* eslint-enable no-param-reassign */
