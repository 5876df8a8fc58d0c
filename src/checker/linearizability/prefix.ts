/** The longest order of a part that has no whole one, as data for pictures. */
import type { JsonObject } from '../../base/json.ts';
import { illegal } from '../../model/model.ts';
import type { AnyModel, Outcome } from './engine.ts';
import type { Call, Part } from './part.ts';

/** Of the order only the end is shown. */
const prefixShownMax = 30;
/** Of what could come next. */
const nextShownMax = 12;

/** The search's answer for all calls of a part. */
export interface Searched {
  readonly calls: readonly Call[];
  readonly outcome: Outcome & { linearizable: false };
}

/** Its length, its end, and where it stops. */
export function prefixJson(part: Part, model: AnyModel, { calls, outcome }: Searched): JsonObject {
  let state: unknown = model.init;
  const steps: JsonObject[] = [];
  for (const index of outcome.order) {
    const call = calls[index];
    if (call === undefined) continue;
    const next = model.step(state, call.op);
    if (next !== illegal) state = next;
    steps.push({
      event: call.invoke,
      process: part.history.operations.process[call.row] ?? -1,
      text: model.describeOp(call.op),
      state: model.describeState(state),
    });
    // Only the end is shown, and states may be long.
    if (steps.length > prefixShownMax) steps.shift();
  }
  const stuck = calls[outcome.stuck];
  return {
    length: outcome.order.length,
    operationCount: calls.length,
    provedUpToEvent: stuck === undefined ? 0 : stuck.returned - 1,
    stuckAtEvent: stuck?.returned ?? null,
    stuckOperation: stuck === undefined ? null : model.describeOp(stuck.op),
    last: steps,
    ...(stuck === undefined
      ? {}
      : { next: nextJson(part, model, { calls, outcome, stuck, state }) }),
  };
}

interface End extends Searched {
  readonly stuck: Call;
  readonly state: unknown;
}

/**
 * What could come next as far as time goes, and why it does not lead on: all that began before
 * the event which no order passes. The operation that returns there is the first.
 */
function nextJson(
  part: Part,
  model: AnyModel,
  { calls, outcome, stuck, state }: End,
): JsonObject[] {
  const placed = new Set(outcome.order);
  const candidates = calls.filter(
    (call, index) => call !== stuck && !placed.has(index) && call.invoke < stuck.returned,
  );
  return [stuck, ...candidates].slice(0, nextShownMax).map((call) => ({
    event: call.invoke,
    process: part.history.operations.process[call.row] ?? -1,
    text: model.describeOp(call.op),
    why:
      model.step(state, call.op) === illegal
        ? `impossible when the state is ${model.describeState(state)}`
        : `possible, but no order with it here gets past event ${stuck.returned} either`,
  }));
}
