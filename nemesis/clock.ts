/**
 * Makes the wall clocks of nodes wrong: by a jump, by jumps to and fro, or by a wrong speed.
 * Monotonic clocks stay right, and so does the clock of the host. Ranges are Jepsen's, from
 * what a user would not notice to what no clock should do.
 */
import {
  aim,
  aimedNodes,
  type Battlefield,
  type ClockSkew,
  type Clocks,
  drawInt,
  drawUnit,
  type Fault,
  type FaultReport,
  isObject,
  type JsonObject,
  listed,
  messageOf,
  millisecondsParameter,
  type Nemesis,
  type NodeId,
  numberParameter,
  type Prng,
  type ProposeContext,
  pick,
  TargetError,
  UsageError,
} from '../src/sdk.ts';

/** Ten days: more than any test needs, less than what would overflow somebody's integer. */
const anyMs = { min: -864_000_000, max: 864_000_000 };
const kinds = ['bump', 'strobe', 'drift'] as const;
type Kind = (typeof kinds)[number];

/** How far a clock that was read back may be from what was set. */
const toleranceMs = 5;
const right: ClockSkew = { offsetMs: 0, rate: 0 };

/** What one node's clock does. `periodMs` is 0 unless it strobes. */
interface Skew extends ClockSkew {
  readonly periodMs: number;
}

/** What is in force, for each set of clocks; what `stop` has to undo. */
const inForce = new WeakMap<Clocks, { strobe: Strobe | undefined; readonly nodes: Set<NodeId> }>();

export default {
  name: 'clock',
  summary: 'Makes the wall clocks of nodes jump, jump to and fro, or run too fast or too slow.',
  shapes: [
    { name: 'bump', summary: 'one jump, by 11 ms to 288 s, forwards or backwards' },
    { name: 'strobe', summary: 'to and fro by 4 ms to 262 s, every 16 ms to 1 s' },
    { name: 'drift', summary: 'too fast or too slow, by 1.6 % to 50 %' },
  ],
  parameters: {
    nodes: 'Whose clocks: one, some (the default), majority, all, n1+n3, …',
    offset:
      'How far a clock jumps, for bump and strobe: 5s, -200ms. Drawn for each node if absent.',
    period: 'Time between two jumps, for strobe: 100ms.',
    rate: 'Extra seconds per second, for drift: 0.1, -0.1.',
  },
  needs: ['clock'],
  stopF: 'reset-clock',

  propose(context, source) {
    const [kind, rest] = kindOf(context.shape, source);
    const target = context.parameters['nodes'] ?? 'some';
    const [aimed, afterAim] = aim(target, context, rest);
    // For primaries, one skew for whoever leads; else one for each node.
    const owners = aimed.nodes.length === 0 ? ['primaries'] : aimed.nodes;
    const skews: Record<string, JsonObject> = {};
    let next = afterAim;
    for (const owner of owners) {
      const [skew, drawn] = drawSkew(kind, context, next);
      next = drawn;
      skews[owner] = { ...skew };
    }
    const detail = { ...aimed.detail, skews };
    const fault = { kind: 'clock', f: `${kind}-clock`, shape: kind, nodes: aimed.nodes, detail };
    return [{ ...fault, description: describe(skewsOf({ ...fault, description: '' })) }, next];
  },

  async start(fault, field, signal): Promise<FaultReport> {
    const obstacle = await field.clocks.unsupported();
    if (obstacle !== undefined) throw new UsageError(obstacle);
    await this.stop(field, signal);
    const { nodes, note, detail } = await aimedNodes(fault, field, signal);
    const planned = skewsOf(fault);
    const forLeaders = planned.get('primaries');
    const isDown = (node: NodeId): boolean => field.cluster.state(node) === 'down';
    const skews = new Map<NodeId, Skew>();
    for (const node of nodes) {
      const skew = planned.get(node) ?? forLeaders;
      if (skew !== undefined && !isDown(node)) skews.set(node, skew);
    }
    const down = nodes.filter(isDown);
    const said = await applied(skews, field, signal);
    const done = {
      ...fault,
      nodes: [...skews.keys()],
      detail: { ...detail, skews: Object.fromEntries([...skews].map(([n, s]) => [n, { ...s }])) },
      description: skews.size === 0 ? 'no clock changed' : describe(skews),
    } satisfies Fault;
    const evidence = [
      ...(note === '' ? [] : [note]),
      ...said.evidence,
      ...(down.length === 0 ? [] : [`${listed(down)} down already`]),
    ].join('; ');
    return said.wrong.length > 0
      ? { result: 'failed', fault: done, reason: said.wrong.join('; ') }
      : { result: 'verified', fault: done, evidence };
  },

  async stop(field, signal) {
    const touched = inForce.get(field.clocks);
    if (touched === undefined) return 'no clock was changed';
    const strobed = touched.strobe?.end();
    const reset: string[] = [];
    for (const node of touched.nodes) {
      await field.clocks.set(node, right, signal);
      if (field.cluster.state(node) === 'down') continue;
      const offsetMs = await field.clocks.readOffsetMs(node, signal);
      if (Math.abs(offsetMs) > toleranceMs)
        throw new TargetError(`the clock of ${node} was reset, and is still ${offsetMs} ms off`);
      reset.push(node);
    }
    inForce.delete(field.clocks);
    if (strobed?.failure !== undefined)
      throw new TargetError(`a clock stopped strobing: ${strobed.failure}`);
    return [
      ...(strobed === undefined ? [] : [`jumped ${strobed.count} times`]),
      reset.length === 0 ? 'no clock had to be reset' : `${listed(reset)} read back on time`,
    ].join('; ');
  },
} satisfies Nemesis;

function kindOf(shape: string | undefined, source: Prng): readonly [Kind, Prng] {
  if (shape === undefined) return pick(source, kinds);
  const kind = kinds.find((name) => name === shape);
  if (kind !== undefined) return [kind, source];
  throw new UsageError(
    `there is no clock fault "${shape}". There are: ${listed(kinds)}. Name nodes by the parameter: clock:bump:nodes=n1.`,
  );
}

function drawSkew(kind: Kind, { parameters }: ProposeContext, source: Prng): readonly [Skew, Prng] {
  const [isBack, rest] = drawInt(source, 2);
  const [unit, next] = drawUnit(rest);
  const sign = isBack === 1 ? -1 : 1;
  const offset = (drawnMs: number): number =>
    millisecondsParameter(parameters, 'offset', Math.round(drawnMs), anyMs);
  switch (kind) {
    case 'bump':
      return [{ offsetMs: offset(sign * 1.5 ** (6 + unit * 25)), rate: 0, periodMs: 0 }, next];
    case 'strobe': {
      const [periodUnit, last] = drawUnit(next);
      const drawnMs = Math.round(2 ** (4 + periodUnit * 6));
      const periodMs = millisecondsParameter(parameters, 'period', drawnMs, {
        min: 5,
        max: 60_000,
      });
      return [{ offsetMs: offset(sign * 2 ** (2 + unit * 16)), rate: 0, periodMs }, last];
    }
    case 'drift': {
      const drawn = Number((sign * 2 ** -(1 + unit * 5)).toFixed(4));
      const rate = numberParameter(parameters, 'rate', drawn, { min: -0.99, max: 100 });
      if (Math.abs(rate) < 0.001)
        throw new UsageError(
          `nemesis parameter rate=${rate}: too small to be seen; at least ±0.001`,
        );
      return [{ offsetMs: 0, rate, periodMs: 0 }, next];
    }
  }
}

/** Skews from a fault that may come from a file. */
function skewsOf(fault: Fault): ReadonlyMap<NodeId, Skew> {
  const { skews } = fault.detail;
  const found = new Map<NodeId, Skew>();
  for (const [node, skew] of Object.entries(isObject(skews) ? skews : {})) {
    if (!isObject(skew)) continue;
    const { offsetMs, rate, periodMs } = skew;
    found.set(node, {
      offsetMs: typeof offsetMs === 'number' ? offsetMs : 0,
      rate: typeof rate === 'number' ? rate : 0,
      periodMs: typeof periodMs === 'number' ? periodMs : 0,
    });
  }
  return found;
}

function describe(skews: ReadonlyMap<NodeId, Skew>): string {
  return [...skews].map(([node, skew]) => `${node} ${skewText(skew)}`).join(', ');
}

function skewText({ offsetMs, rate, periodMs }: Skew): string {
  const sign = offsetMs < 0 ? '' : '+';
  if (periodMs > 0) return `to and fro by ${sign}${offsetMs} ms every ${periodMs} ms`;
  if (rate !== 0) return `${rate > 0 ? 'fast' : 'slow'} by ${Math.abs(rate * 100).toFixed(1)} %`;
  return `${sign}${offsetMs} ms`;
}

/** Sets the clocks and reads each of them back. */
async function applied(
  skews: ReadonlyMap<NodeId, Skew>,
  field: Battlefield,
  signal: AbortSignal,
): Promise<{ evidence: readonly string[]; wrong: readonly string[] }> {
  const { clocks } = field;
  const state = { strobe: undefined as Strobe | undefined, nodes: new Set(skews.keys()) };
  // Before the first change, so that `stop` undoes also a start that failed half-way.
  inForce.set(clocks, state);
  const evidence: string[] = [];
  const wrong: string[] = [];
  await Promise.all(
    [...skews].map(async ([node, skew]) => {
      const error = await setAndRead(node, skew, clocks, signal);
      if (error === undefined) evidence.push(`${node} read back at ${skewText(skew)}`);
      else wrong.push(error);
    }),
  );
  const isStrobing = [...skews.values()].some(({ periodMs }) => periodMs > 0);
  if (isStrobing && wrong.length === 0) state.strobe = new Strobe(skews, field);
  return { evidence, wrong };
}

/** What is wrong with the clock after it was set; undefined if nothing is. */
async function setAndRead(
  node: NodeId,
  skew: Skew,
  clocks: Clocks,
  signal: AbortSignal,
): Promise<string | undefined> {
  const setMs = performance.now();
  await clocks.set(node, skew, signal);
  const offsetMs = await clocks.readOffsetMs(node, signal);
  const gainedMaxMs = Math.abs(skew.rate) * (performance.now() - setMs);
  const errorMs = Math.abs(offsetMs - skew.offsetMs);
  if (errorMs > gainedMaxMs + toleranceMs)
    return `the clock of ${node} was set to ${skew.offsetMs} ms and reads ${offsetMs} ms`;
  return skew.rate === 0 ? undefined : readRate(node, skew, clocks, signal);
}

/** Long enough for the drift to stand out from a millisecond's rounding. */
async function readRate(
  node: NodeId,
  { rate }: Skew,
  clocks: Clocks,
  signal: AbortSignal,
): Promise<string | undefined> {
  const startMs = performance.now();
  const first = await clocks.readOffsetMs(node, signal);
  await new Promise((resolve) =>
    setTimeout(resolve, Math.min(1000, Math.max(50, 10 / Math.abs(rate)))),
  );
  const gainedMs = (await clocks.readOffsetMs(node, signal)) - first;
  const expectedMs = rate * (performance.now() - startMs);
  if (gainedMs / expectedMs > 0.5 && gainedMs / expectedMs < 1.5) return undefined;
  return `the clock of ${node} should have gained about ${expectedMs.toFixed(1)} ms and gained ${gainedMs.toFixed(1)} ms`;
}

/** Moves clocks to and fro until it is ended. */
class Strobe {
  readonly #field: Battlefield;
  readonly #timers: ReturnType<typeof setInterval>[] = [];
  readonly #ended = new AbortController();
  #count = 0;
  #failure: string | undefined;

  constructor(skews: ReadonlyMap<NodeId, Skew>, field: Battlefield) {
    this.#field = field;
    for (const [node, skew] of skews) {
      let isAway = true;
      const timer = setInterval(() => {
        isAway = !isAway;
        void this.#jump(node, isAway ? skew : right);
      }, skew.periodMs);
      timer.unref();
      this.#timers.push(timer);
    }
  }

  end(): { count: number; failure: string | undefined } {
    for (const timer of this.#timers) clearInterval(timer);
    this.#ended.abort();
    return { count: this.#count, failure: this.#failure };
  }

  /** Never rejects: what went wrong is told by `end`. */
  async #jump(node: NodeId, skew: ClockSkew): Promise<void> {
    try {
      await this.#field.clocks.set(node, skew, this.#ended.signal);
      this.#count += 1;
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#failure ??= messageOf(error);
    }
  }
}
