/**
 * Performs the ops of the nemesis: starts and ends faults, each within a deadline, and
 * remembers what is in force so that all of it can be healed at any moment.
 *
 * A fault that did not take hold is never silent: it throws, and the run fails as one that
 * tested nothing.
 */
import { assert } from '../base/assert.ts';
import { messageOf, TargetError, UsageError } from '../base/errors.ts';
import { isArray, isObject, type Json } from '../base/json.ts';
import { didYouMean, durationText, listed } from '../base/text.ts';
import { nsPerMs } from '../base/units.ts';
import { leaders } from '../contract/aim.ts';
import type { Nemesis } from '../contract/nemesis.ts';
import type { Battlefield } from '../contract/testbed.ts';
import type { Fault, NodeId } from '../fault/fault.ts';
import { faultFrom, type RecordedFault } from '../fault/schedule.ts';
import { awaitLeaderF, isPermanent } from '../generator/faults.ts';
import type { OpRequest } from '../generator/generator.ts';
import type { NemesisSpec } from '../plan/plan.ts';
import { needsOf } from './needs.ts';

/** The op that heals everything at once; its value is ignored. */
export const healF = 'heal';
/** The op that waits until the healed system answers again; its value is ignored. */
export const recoverF = 'recover';

export interface NemesisOptions {
  readonly nemeses: ReadonlyMap<string, Nemesis>;
  readonly field: Battlefield;
  /** Time since the load began. */
  readonly nowNs: () => number;
  /** Deadline of each action; starting nodes again is the longest of them. */
  readonly timeoutMs?: number;
  /** How long to wait for the successor of a leader that was struck. */
  readonly successionMs?: number;
  /** When the load ends: a fault has no effect on it after that, and is waited for no more. */
  readonly loadEndsNs?: number;
}

export interface NemesisThread {
  /**
   * Does what an op of the fault schedule asks for, and returns the value that completes it in
   * the history: `{fault, evidence}` for a start, `{stopped: name, evidence}` for an end,
   * `{stopped: [name, …], evidence}` for `heal`, `{leads: [node, …], evidence}` for
   * `await-leader`, where nobody leads if the time that it may take is over.
   * @throws TargetError if a fault did not take hold or could not be ended; UsageError if it
   *   cannot be had on this system.
   */
  perform(op: OpRequest, signal: AbortSignal): Promise<Json>;
  /**
   * Ends all that may be in force, everything at once, and does nothing if that is nothing.
   * Safe to call at any moment and again; `signal` must be one that is still open.
   * @throws TargetError after trying everything, naming what could not be healed.
   */
  healAll(signal: AbortSignal): Promise<Json>;
  /** Every fault so far as it was injected, for `schedule.json`. */
  readonly schedule: readonly RecordedFault[];
}

export function createNemesis(options: NemesisOptions): NemesisThread {
  return new Executor(options);
}

/**
 * Refuses, before anything starts, nemeses whose faults this testbed cannot inject.
 * @throws UsageError with the testbed's own reason.
 */
export async function refuseUnsupported(
  nemeses: Iterable<Nemesis>,
  field: Battlefield,
  asked: readonly NemesisSpec[] = [],
): Promise<void> {
  for (const nemesis of nemeses) {
    const specs = asked.filter(({ name }) => name === nemesis.name);
    if (nemesis.needs.includes('network-packet')) await refuseEffects(specs, field);
    const needs = needsOf(specs, nemesis);
    const obstacle =
      (needs.has('clock') ? await field.clocks.unsupported() : undefined) ??
      (needs.has('disk') ? await field.disks.unsupported() : undefined) ??
      (needs.has('cpu') ? await field.limits.unsupported('cpu') : undefined) ??
      (needs.has('memory') ? await field.limits.unsupported('memory') : undefined);
    if (obstacle !== undefined) throw new UsageError(`nemesis ${nemesis.name}: ${obstacle}`);
  }
}

/** What is drawn is drawn from what can be had; a shape that is named has the effects in its name. */
async function refuseEffects(specs: readonly NemesisSpec[], field: Battlefield): Promise<void> {
  const obstacles = Object.entries((await field.network.unsupported?.()) ?? {});
  for (const { name, shape } of specs) {
    const effects = shape?.split('+') ?? [];
    const met = obstacles.find(([effect]) => effects.includes(effect));
    if (met === undefined) continue;
    const rest = `Name effects that can be had, as in ${name}:loss`;
    throw new UsageError(`nemesis ${name}: ${met[1]}\n${rest}`);
  }
}

const defaultTimeoutMs = 20_000;
/** Elections take up to this, unless too few are left to hold one. */
const defaultSuccessionMs = 4_000;
const leaderPollMs = 50;

class Executor implements NemesisThread {
  readonly #nemeses: ReadonlyMap<string, Nemesis>;
  readonly #field: Battlefield;
  readonly #nowNs: () => number;
  readonly #timeoutMs: number;
  readonly #successionMs: number;
  readonly #loadEndsNs: number;
  /** Nemeses that may have something in force: from before a start until after an end. */
  readonly #touched = new Set<string>();
  readonly #recorded: RecordedFault[] = [];

  constructor(options: NemesisOptions) {
    this.#nemeses = options.nemeses;
    this.#field = options.field;
    this.#nowNs = options.nowNs;
    this.#timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    this.#successionMs = options.successionMs ?? defaultSuccessionMs;
    this.#loadEndsNs = options.loadEndsNs ?? Infinity;
  }

  get schedule(): readonly RecordedFault[] {
    return this.#recorded;
  }

  async perform(op: OpRequest, signal: AbortSignal): Promise<Json> {
    if (op.f === healF) return this.healAll(signal);
    if (op.f === awaitLeaderF)
      return this.#within(op.f, signal, (limited) => this.#successor(limited));
    const value = isObject(op.value) ? op.value : {};
    const fault = faultFrom(value['fault']);
    if (fault !== undefined) return this.#start(fault, signal);
    const name = value['stop'];
    assert(typeof name === 'string', `the nemesis cannot perform ${JSON.stringify(op)}`);
    const evidence = await this.#stop(name, signal);
    return { stopped: name, evidence };
  }

  async healAll(signal: AbortSignal): Promise<Json> {
    const names = [...this.#touched];
    // At once, not in a row: a node that starts may need the network that is being healed.
    const results = await Promise.allSettled(names.map((name) => this.#stop(name, signal)));
    const failures = results.flatMap((result) =>
      result.status === 'rejected' ? [messageOf(result.reason)] : [],
    );
    if (failures.length > 0) throw new TargetError(`healing failed: ${failures.join('; ')}`);
    const evidence = results.flatMap((result) =>
      result.status === 'fulfilled' ? [result.value] : [],
    );
    return { stopped: names, evidence: evidence.join('; ') };
  }

  async #start(fault: Fault, signal: AbortSignal): Promise<Json> {
    const nemesis = this.#find(fault.kind);
    const startNs = this.#nowNs();
    this.#touched.add(fault.kind);
    const what = `${fault.f} (${fault.description})`;
    const report = await this.#within(what, signal, (limited) =>
      nemesis.start(fault, this.#field, limited),
    );
    if (report.result === 'failed')
      throw new TargetError(
        `${what} did not take hold: ${report.reason}. The run would have tested nothing, so it ends here.`,
      );
    this.#end(fault.kind, startNs);
    this.#recorded.push({ startNs, endNs: null, fault: report.fault });
    const { kind, f, shape, nodes, detail, description } = report.fault;
    return { fault: { kind, f, shape, nodes, detail, description }, evidence: report.evidence };
  }

  async #stop(name: string, signal: AbortSignal): Promise<string> {
    const nemesis = this.#find(name);
    const endNs = this.#nowNs();
    const evidence = await this.#within(nemesis.stopF, signal, (limited) =>
      nemesis.stop(this.#field, limited),
    );
    this.#touched.delete(name);
    this.#end(name, endNs);
    return evidence;
  }

  /** Waits until a node leads that the last fault did not strike; in vain if none comes to. */
  async #successor(signal: AbortSignal): Promise<Json> {
    const struck = struckBy(this.#recorded.at(-1)?.fault, this.#field.cluster.nodes);
    const beganNs = this.#nowNs();
    const endsNs = Math.min(beganNs + this.#successionMs * nsPerMs, this.#loadEndsNs);
    for (;;) {
      const leading = await leaders(this.#field, signal);
      const leads = leading.filter((node) => !struck.includes(node));
      const nowNs = this.#nowNs();
      if (leads.length > 0 || nowNs >= endsNs) {
        const who = leads.length > 0 ? `${listed(leads)} leads` : 'nobody leads';
        return { leads, evidence: `${who} after ${durationText((nowNs - beganNs) / nsPerMs)}` };
      }
      await new Promise((resolve) => setTimeout(resolve, leaderPollMs));
      signal.throwIfAborted();
    }
  }

  /** Closes the last fault of a nemesis in the schedule, unless it was never to end. */
  #end(kind: string, endNs: number): void {
    const at = this.#recorded.findLastIndex(({ fault }) => fault.kind === kind);
    const last = this.#recorded[at];
    if (last?.endNs === null && !isPermanent(last.fault)) this.#recorded[at] = { ...last, endNs };
  }

  #find(name: string): Nemesis {
    const nemesis = this.#nemeses.get(name);
    if (nemesis !== undefined) return nemesis;
    const known = [...this.#nemeses.keys()];
    throw new UsageError(
      `there is no nemesis "${name}" in this run.${didYouMean(name, known)} There are: ${listed(known)}.`,
    );
  }

  /** The result of `work`, or an error when the deadline passes or `signal` aborts. */
  async #within<T>(
    what: string,
    signal: AbortSignal,
    work: (limited: AbortSignal) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    const deadline = new AbortController();
    const late = new TargetError(`${what} did not finish within ${durationText(this.#timeoutMs)}`);
    const timer = setTimeout(() => {
      deadline.abort(late);
    }, this.#timeoutMs);
    const limited = AbortSignal.any([signal, deadline.signal]);
    try {
      return await Promise.race([work(limited), rejectionOf(limited)]);
    } catch (cause) {
      if (deadline.signal.aborted) throw late;
      signal.throwIfAborted();
      if (cause instanceof UsageError || cause instanceof TargetError) throw cause;
      throw new TargetError(`${what} failed: ${messageOf(cause)}`, { cause });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The nodes that a fault takes out: of a cut, those that reach nobody. */
function struckBy(fault: Fault | undefined, nodes: readonly NodeId[]): readonly NodeId[] {
  if (fault === undefined) return [];
  const { cut } = fault.detail;
  if (!isArray(cut)) return fault.nodes;
  const lost = (node: NodeId): number =>
    cut.filter((link) => isArray(link) && link[0] === node).length;
  return nodes.filter((node) => lost(node) === nodes.length - 1);
}

/** For work that does not heed its signal. */
async function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => {
      reject(signal.reason instanceof Error ? signal.reason : new TargetError('aborted'));
    });
  });
}
