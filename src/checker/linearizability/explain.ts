/**
 * A violation in words that a person can check by hand, and as data for pictures.
 *
 * The operations get letters, each with its process, node, events and times. Then comes why
 * they have no order: one sentence where the violation has a name, else every way of ordering
 * them as far as it goes, with the state there and what that state forbids.
 */
import { unreachable } from '../../base/assert.ts';
import type { Json, JsonObject } from '../../base/json.ts';
import { listed, plural } from '../../base/text.ts';
import { nsToMs } from '../../base/units.ts';
import type { Anomaly } from '../verdict.ts';
import type { Finding } from './classify.ts';
import type { AnyModel } from './engine.ts';
import { type LastStand, lastStands } from './last-stands.ts';
import { type Call, never, type Part } from './part.ts';
import { describeOperation } from './poly/explain.ts';
import type { Witness } from './witness.ts';

export interface Violation {
  readonly part: Part;
  readonly model: AnyModel;
  readonly witness: Witness;
  /** True if a second, independent search says so too. */
  readonly isConfirmed: boolean;
  /** Failed operations that belong to the story. */
  readonly failed: readonly Call[];
  /** False if the witness proves nothing alone: then its orders are not shown. */
  readonly isStandalone: boolean;
  /** Undefined if the violation has no name of its own. */
  readonly finding: Finding | undefined;
  /** What a decider calls it, where it has no finding; how it says so, if the witness shows that. */
  readonly decided?: Decided;
  /** See `prefix.ts`. */
  readonly longestPrefix: JsonObject | undefined;
}

interface Decided {
  readonly type: string;
  readonly explain?: (nameOf: (row: number) => string) => string;
}

const callsShownMax = 40;
const standsShownMax = 4;
const candidatesShownMax = 8;
/** Of more calls not every order can be tried. */
const callsOrderedMax = 24;

/** `type`, `operations`, `explanation` and `evidence` of an anomaly. */
export function explained(violation: Violation): Anomaly {
  const { part, model, witness, isConfirmed, failed, finding, decided } = violation;
  const calls = [...witness.calls, ...failed].toSorted((a, b) => a.invoke - b.invoke);
  const teller = new Teller(violation, calls);
  const showsOrders = finding === undefined && decided?.explain === undefined;
  const stands = showsOrders ? standsOf(model, witness) : undefined;
  const { longestPrefix } = violation;
  return {
    type: finding?.type ?? decided?.type ?? 'nonlinearizable',
    ...(part.key === undefined ? {} : { key: part.key }),
    model: 'linearizable',
    operations: calls.map(({ invoke }) => invoke),
    explanation: [
      headline(violation, calls),
      ...teller.lines(),
      ...whyText(violation, teller, stands),
    ].join('\n'),
    evidence: {
      witness: calls.map((call) => teller.json(call)),
      minimal: witness.isMinimal && violation.isStandalone,
      standalone: violation.isStandalone,
      confirmed: isConfirmed,
      ...(finding === undefined ? {} : { offending: contradicting(finding).map(invoked) }),
      startStates: witness.starts.map((state) => model.describeState(state)),
      startsAnywhere: witness.isCut,
      ...(stands === undefined ? {} : standsJson(teller, stands, model)),
      ...(longestPrefix === undefined ? {} : { longestPrefix }),
    },
  };
}

/** Those that cannot all be: who saw it, and what shows that it could not. */
function contradicting(finding: Finding): readonly Call[] {
  switch (finding.type) {
    case 'thin-air-read':
      return [finding.by];
    case 'aborted-read':
      return [finding.failed, finding.by];
    case 'future-read':
      return [finding.by, finding.put];
    case 'lost-update':
    case 'duplicate':
      return finding.takers;
    case 'stale-read':
    case 'lost-write':
      return [finding.shows, finding.by];
    default:
      return unreachable(finding, 'finding');
  }
}

function invoked({ invoke }: Call): number {
  return invoke;
}

function whyText(
  { finding, decided, model }: Violation,
  teller: Teller,
  stands: Stands | undefined,
): readonly string[] {
  if (finding !== undefined) return [findingText(teller, finding)];
  if (decided?.explain === undefined) return standsText(teller, stands, model);
  return [decided.explain((row) => teller.namedRow(row))];
}

function headline(
  { part, model, witness, isStandalone }: Violation,
  calls: readonly Call[],
): string {
  const object = [
    part.key === undefined ? undefined : `key ${JSON.stringify(part.key)}`,
    part.name === undefined ? undefined : `part ${part.name}`,
  ].filter((words) => words !== undefined);
  const where = object.length === 0 ? '' : `On ${object.join(', ')}: `;
  const before = witness.isCut ? ', whatever its state was before them' : '';
  const start = where === '' ? 'A' : 'a';
  if (!isStandalone)
    return `${where}${start} ${model.name} allows no order of the operations up to event ${lastEvent(calls)}. Of these it shows:`;
  return `${where}${start} ${model.name} allows no order of ${calls.length === 1 ? 'this operation' : `these ${calls.length} operations`}${before}:`;
}

function lastEvent(calls: readonly Call[]): number {
  return Math.max(...calls.map(({ invoke, returned }) => (returned === never ? invoke : returned)));
}

/** Gives calls letters and phrases. */
class Teller {
  readonly #violation: Violation;
  readonly #calls: readonly Call[];

  constructor(violation: Violation, calls: readonly Call[]) {
    this.#violation = violation;
    this.#calls = calls;
  }

  /** A, B, …, Z, then op27, op28, … */
  letter(call: Call): string {
    const index = this.#calls.findIndex(({ row }) => row === call.row);
    return index < 26 ? String.fromCharCode(65 + index) : `op${index + 1}`;
  }

  op(call: Call): string {
    return this.#violation.model.describeOp(call.op);
  }

  /** `D (read → 17)`. */
  named(call: Call): string {
    return `${this.letter(call)} (${this.op(call)})`;
  }

  namedRow(row: number): string {
    const call = this.#calls.find((each) => each.row === row);
    return call === undefined
      ? describeOperation(this.#violation.part.history, row)
      : this.named(call);
  }

  lines(): readonly string[] {
    const shown = this.#calls.slice(0, callsShownMax);
    const width = Math.max(...shown.map((call) => this.op(call).length));
    const lines = shown.map(
      (call) => `  ${this.letter(call)}  ${this.op(call).padEnd(width)}  ${this.#whoAndWhen(call)}`,
    );
    const hidden = this.#calls.length - shown.length;
    return hidden === 0 ? lines : [...lines, `  … and ${plural(hidden, 'more operation')}`];
  }

  json(call: Call): JsonObject {
    const operation = this.#violation.part.history.operation(call.row);
    const returned = operation.outcome === 'info' ? null : operation;
    return {
      label: this.letter(call),
      text: this.op(call),
      f: operation.f,
      input: operation.input,
      output: operation.outcome === 'ok' ? operation.output : null,
      outcome: operation.outcome,
      process: operation.process,
      node: operation.node ?? null,
      invokeIndex: operation.invokeIndex,
      invokeMs: this.#ms(operation.invokeNs),
      returnIndex: returned?.returnIndex ?? null,
      returnMs: returned === null ? null : this.#ms(returned.returnNs),
      /** True if it may be left out of the order. */
      optional: call.returned === never,
    };
  }

  /** Null if the history has no times. */
  #ms(ns: number): number | null {
    return this.#violation.part.history.isTimed ? nsToMs(ns) : null;
  }

  #whoAndWhen(call: Call): string {
    const { history } = this.#violation.part;
    const operation = history.operation(call.row);
    const node = operation.node === undefined ? '' : ` on ${operation.node}`;
    const who = `process ${operation.process}${node}`;
    const from = timeText(operation.invokeNs);
    if (operation.outcome === 'info') {
      const at = history.isTimed ? ` (${from} ms)` : '';
      return `${who}, event ${operation.invokeIndex}${at}, outcome unknown`;
    }
    const times = history.isTimed ? ` (${from}–${timeText(operation.returnNs)} ms)` : '';
    const when = `events ${operation.invokeIndex}–${operation.returnIndex}${times}`;
    if (operation.outcome === 'fail') return `${who}, ${when}, failed`;
    return `${who}, ${when}${call.returned === never ? ', may come before or after these' : ''}`;
  }
}

function timeText(ns: number): string {
  return nsToMs(ns).toFixed(2);
}

function findingText(teller: Teller, finding: Finding): string {
  switch (finding.type) {
    case 'thin-air-read':
      return `${teller.letter(finding.by)} saw a value that no operation in the history put there, and that was not there from the start.`;
    case 'aborted-read':
      return `${teller.letter(finding.by)} saw the value of ${teller.named(finding.failed)}, which failed (event ${finding.failed.returned}): it did not happen. No other operation put that value there.`;
    case 'future-read':
      return `${teller.letter(finding.by)} had returned (event ${finding.by.returned}) when ${teller.named(finding.put)} began (event ${finding.put.invoke}), the first to put there what it saw.`;
    case 'lost-update':
    case 'duplicate':
      return takenText(teller, finding);
    case 'stale-read':
    case 'lost-write':
      return staleText(teller, finding);
    default:
      return unreachable(finding, 'finding');
  }
}

function takenText(
  teller: Teller,
  { takers, puts, wasThere, type }: Finding & { type: 'lost-update' | 'duplicate' },
): string {
  const took = `${listed(takers.map((call) => teller.named(call)))} each took away the same value`;
  const times = puts.length + (wasThere ? 1 : 0);
  const start = wasThere ? 'it was there from the start' : '';
  const put =
    puts.length === 0 ? '' : `${listed(puts.map((call) => teller.named(call)))} put it there`;
  const sources = [start, put].filter((text) => text !== '').join(', and ');
  const meaning = type === 'lost-update' ? 'All but one of the updates must be lost.' : '';
  return `${took}, but ${sources}: ${plural(times, 'time')} in all. ${meaning}`.trimEnd();
}

function staleText(
  teller: Teller,
  { by, old, oldCount, fresh, shows, type }: Finding & { type: 'stale-read' | 'lost-write' },
): string {
  const reader = teller.letter(by);
  const last =
    oldCount > 1 ? `, the last of ${oldCount} that put it there before ${reader} returned` : '';
  const seen =
    old === undefined
      ? `${reader} saw the initial value`
      : `${reader} saw the value of ${teller.named(old)}${last}, which was complete at event ${old.returned}`;
  const began = old === undefined ? '' : ` began after that (event ${fresh.invoke}) and`;
  const before = `before ${reader} began (event ${by.invoke})`;
  const overwritten =
    fresh === shows
      ? `${teller.named(fresh)}${began} was complete (event ${fresh.returned}) ${before}`
      : `${teller.named(fresh)}, the first that could put another there,${began} had taken effect when ${teller.named(shows)} saw it, which returned (event ${shows.returned}) ${before}`;
  const lost =
    type === 'lost-write' ? ` Nobody ever saw the value of ${teller.letter(shows)}.` : '';
  return `${seen}; but ${overwritten}. So the value was overwritten by then, and nothing that began before ${reader} returned put it back.${lost}`;
}

interface Stands {
  readonly stands: readonly LastStand[];
  readonly isComplete: boolean;
  readonly calls: readonly Call[];
}

function standsOf(model: AnyModel, witness: Witness): Stands | undefined {
  const { calls } = witness;
  return calls.length > callsOrderedMax ? undefined : { ...lastStands(model, witness), calls };
}

function standsText(teller: Teller, found: Stands | undefined, model: AnyModel): readonly string[] {
  if (found === undefined || found.stands.length === 0)
    return ['There are too many orders to show each; the longest that fits is in the evidence.'];
  const { stands, calls, isComplete } = found;
  // Of the orders that end in one state, the shortest is the easiest to follow.
  const byState = new Map<string, LastStand>();
  for (const stand of stands) byState.set(model.describeState(stand.states.at(-1)), stand);
  const lines = [...byState.values()].slice(0, standsShownMax).map((stand) => {
    const order = stand.order.map((index) => letterAt(teller, calls, index));
    const state = model.describeState(stand.states.at(-1));
    const placed = order.length === 0 ? 'At the start' : `After ${order.join(', ')}`;
    const forbidden = stand.candidates
      .slice(0, candidatesShownMax)
      .flatMap((index) => calls[index] ?? [])
      .map((call) => teller.named(call));
    const stuck = calls[stand.stuck];
    const later = calls.some(({ invoke }) => stuck !== undefined && invoke > stuck.returned);
    const waits = later
      ? ` What began after ${letterAt(teller, calls, stand.stuck)} had returned must wait for it.`
      : '';
    return `  ${placed} the state is ${state}, which does not allow what may come next: ${listed(forbidden, 'or')}.${waits}`;
  });
  const hidden = stands.length - lines.length;
  return [
    isComplete
      ? 'Whichever order is tried, it gets stuck:'
      : 'Orders get stuck (not all of them were tried):',
    ...lines,
    ...(hidden === 0 ? [] : [`  … and ${plural(hidden, 'more order')}, stuck at the same event.`]),
  ];
}

function letterAt(teller: Teller, calls: readonly Call[], index: number): string {
  const call = calls[index];
  return call === undefined ? '?' : teller.letter(call);
}

function standsJson(
  teller: Teller,
  { stands, isComplete, calls }: Stands,
  model: AnyModel,
): JsonObject {
  const letters = (indices: readonly number[]): Json =>
    indices.map((index) => letterAt(teller, calls, index));
  const first = stands[0];
  return {
    stuck: first === undefined ? null : letterAt(teller, calls, first.stuck),
    configurationCount: stands.length,
    configurationsComplete: isComplete,
    configurations: stands.slice(0, 20).map((stand) => {
      const state = model.describeState(stand.states.at(-1));
      return {
        order: letters(stand.order),
        states: stand.states.map((each) => model.describeState(each)),
        candidates: stand.candidates
          .flatMap((index) => calls[index] ?? [])
          .map((call) => ({
            label: teller.letter(call),
            why: `${teller.op(call)} is impossible when the state is ${state}`,
          })),
      };
    }),
  };
}
