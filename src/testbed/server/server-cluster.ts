/** Starts, stops and asks the servers of a testbed. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { messageOf, TargetError, UsageError } from '../../base/errors.ts';
import { durationText, listed } from '../../base/text.ts';
import type { NodePlace, ServerPlan, ServerSite, ServerTarget } from '../../contract/target.ts';
import type { Cluster, NodeState } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { NodeDisks } from '../disk/node-disks.ts';
import { openNodePipes } from '../process/pipes.ts';
import type { Hosts } from './hosts.ts';
import type { ServerNode } from './server-node.ts';

export interface ServerClusterOptions {
  readonly nodes: readonly ServerNode[];
  readonly places: readonly NodePlace[];
  readonly target: ServerTarget;
  readonly variant: string;
  readonly hosts: Hosts;
  readonly disks: NodeDisks;
  /** Aborts when the testbed is stopped. */
  readonly stopped: AbortSignal;
}

/** A server that is not up, or a cluster that has not formed, by then has failed to start. */
const upSeconds = 15;
const formedLimitMs = 45_000;
const setupLimitMs = 60_000;
/**
 * A node that is started again may wait for others, which a fault keeps away, before it accepts
 * requests. After this it is enough that it runs: a crash would be noticed.
 */
const upAgainLimitMs = 3_000;
/** One question; a server that is starting may accept a connection and not answer. */
const askLimitMs = 1_000;
const askPauseMs = 25;

export class ServerCluster implements Cluster {
  readonly nodes: readonly NodeId[];
  readonly primaries?: (signal: AbortSignal) => Promise<readonly NodeId[]>;
  readonly #options: ServerClusterOptions;

  constructor(options: ServerClusterOptions) {
    this.#options = options;
    this.nodes = options.nodes.map((node) => node.name);
    if (options.target.leads !== undefined)
      this.primaries = async (signal) => this.#askPrimaries(signal);
  }

  state(name: NodeId): NodeState {
    return this.#find(name).node.state;
  }

  async kill(name: NodeId, signal: AbortSignal): Promise<void> {
    const { node } = this.#find(name);
    await node.inTurn(signal, async () => {
      await node.kill();
    });
  }

  async start(name: NodeId, signal: AbortSignal): Promise<void> {
    const { node, place } = this.#find(name);
    await node.inTurn(signal, async () => {
      if (node.state !== 'down') return;
      // After a crash, children of the node may still be there, on the same data.
      await node.kill();
      await this.#launch([{ node, place }], 'again', signal);
    });
  }

  async pause(name: NodeId, signal: AbortSignal, program?: string): Promise<void> {
    const { node } = this.#find(name);
    await node.inTurn(signal, async () => {
      await node.pause(program);
    });
  }

  async resume(name: NodeId, signal: AbortSignal): Promise<void> {
    const { node } = this.#find(name);
    await node.inTurn(signal, async () => {
      await node.resume();
    });
  }

  /** Starts all nodes at once; resolves when each is up and the cluster has formed. */
  async startAll(signal: AbortSignal): Promise<void> {
    const { target, places, variant } = this.#options;
    const all = this.nodes.map((name) => this.#find(name));
    await this.#launch(all, 'first', signal);
    if (target.formed === undefined) return;
    const question = async (limited: AbortSignal): Promise<void> =>
      target.formed?.(places, limited, variant);
    const crashes = all.map(({ node }) => failOnEnd(node));
    await Promise.race([
      this.#askUntilYes(question, formedLimitMs, signal, (reason) =>
        [
          `the cluster of ${target.name} did not form within ${durationText(formedLimitMs)}: ${reason}`,
          ...all.flatMap(({ node }) => [`node ${node.name}:`, ...node.lastWords()]),
        ].join('\n'),
      ),
      ...crashes,
    ]);
  }

  /** True once every node answers as before; false if `limitMs` have passed before that. */
  async recovered(limitMs: number, signal: AbortSignal): Promise<boolean> {
    const { target, places } = this.#options;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const question = async (limited: AbortSignal): Promise<void> =>
      target.recovered?.(places, AbortSignal.any([limit, limited]));
    try {
      await this.#askUntilYes(question, limitMs, limit, (reason) => reason);
      return true;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  /** Ends all nodes at once, whatever else is under way. Rejects after trying all of them. */
  async killAll(): Promise<void> {
    const results = await Promise.allSettled(this.#options.nodes.map((node) => node.kill()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #launch(
    starting: readonly { readonly node: ServerNode; readonly place: NodePlace }[],
    time: 'first' | 'again',
    signal: AbortSignal,
  ): Promise<void> {
    const either = AbortSignal.any([signal, this.#options.stopped]);
    either.throwIfAborted();
    const plans = starting.map(({ place }) => this.#options.target.server(this.#siteOf(place)));
    await Promise.all(
      starting.map(async ({ place }, i) => this.#furnish(place, plans[i], time, either)),
    );
    const pipes = await openNodePipes(starting.length);
    if (either.aborted) {
      for (const unused of pipes) unused.dispose();
      either.throwIfAborted();
    }
    for (const [i, { node, place }] of starting.entries()) {
      const [plan, own] = [plans[i], pipes[i]];
      if (plan === undefined || own === undefined) continue;
      const run = this.#options.hosts.wrap(node.name, plan.program, place.dataFolder);
      node.launch({ shown: plan.program, run }, own);
    }
    await Promise.all(
      starting.map(async ({ node, place }) => {
        const firstMs = (this.#options.target.startSeconds ?? upSeconds) * 1_000;
        const limitMs = time === 'first' ? firstMs : upAgainLimitMs;
        try {
          await this.#untilUp(node, place, limitMs, either);
        } catch (thrown) {
          if (time === 'first' || either.aborted || node.state === 'down') throw thrown;
        }
      }),
    );
  }

  /** The node's files, and what must run before its first start. */
  async #furnish(
    place: NodePlace,
    plan: ServerPlan | undefined,
    time: 'first' | 'again',
    signal: AbortSignal,
  ): Promise<void> {
    for (const [name, text] of Object.entries(plan?.files ?? {})) {
      const path = join(place.dataFolder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text, { flush: true });
    }
    if (time === 'again') return;
    for (const program of plan?.setup ?? []) {
      const { command, args, env } = this.#options.hosts.wrap(
        place.node,
        program,
        place.dataFolder,
      );
      const result = await execa(command, args, {
        env,
        cwd: place.dataFolder,
        reject: false,
        timeout: setupLimitMs,
        cancelSignal: signal,
      });
      signal.throwIfAborted();
      if (result.exitCode !== 0)
        throw new TargetError(
          [
            `node ${place.node} could not be set up: ${[program.command, ...program.args].join(' ')}`,
            `  ${result.stderr === '' ? messageOf(result.originalMessage) : result.stderr}`,
          ].join('\n'),
        );
    }
    // Whoever set a node up also saw to it that it was on the disk.
    await this.#options.disks.settle(place.node);
  }

  async #untilUp(
    node: ServerNode,
    place: NodePlace,
    limitMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const { target } = this.#options;
    const question = (limited: AbortSignal): Promise<void> => target.up(place, limited);
    await Promise.race([
      this.#askUntilYes(question, limitMs, signal, (reason) =>
        [
          `node ${node.name} did not accept requests within ${durationText(limitMs)}: ${reason}`,
          ...node.lastWords(),
        ].join('\n'),
      ),
      failOnEnd(node),
    ]);
  }

  /** Asks until `question` resolves. @throws TargetError with `complaint` when the time is up. */
  async #askUntilYes(
    question: (signal: AbortSignal) => Promise<void>,
    limitMs: number,
    signal: AbortSignal,
    complaint: (reason: string) => string,
  ): Promise<void> {
    const either = AbortSignal.any([signal, this.#options.stopped]);
    const giveUpAtMs = performance.now() + limitMs;
    for (;;) {
      try {
        await withinLimit(either, question);
        return;
      } catch (thrown) {
        either.throwIfAborted();
        if (performance.now() > giveUpAtMs)
          throw new TargetError(complaint(messageOf(thrown)), { cause: thrown });
        await sleep(askPauseMs);
      }
    }
  }

  async #askPrimaries(signal: AbortSignal): Promise<readonly NodeId[]> {
    const { target } = this.#options;
    const either = AbortSignal.any([signal, this.#options.stopped]);
    const running = this.nodes.filter((name) => this.state(name) === 'running');
    const answers = await Promise.all(
      running.map(async (name) => {
        const question = async (limited: AbortSignal): Promise<boolean> =>
          (await target.leads?.(this.#find(name).place, limited)) === true;
        // It is busy, or has just died: then it does not lead visibly.
        return withinLimit(either, question).catch(() => false);
      }),
    );
    either.throwIfAborted();
    return running.filter((_, i) => answers[i] === true);
  }

  #siteOf(place: NodePlace): ServerSite {
    const { places, hosts, variant } = this.#options;
    const peers = places.map((peer) => ({
      ...peer,
      address: hosts.peerAddress(place.node, peer.node),
    }));
    return { ...place, variant, peers };
  }

  #find(name: NodeId): { readonly node: ServerNode; readonly place: NodePlace } {
    const index = this.nodes.indexOf(name);
    const node = this.#options.nodes[index];
    const place = this.#options.places[index];
    if (node !== undefined && place !== undefined) return { node, place };
    throw new UsageError(`there is no node "${name}"; the nodes are ${listed(this.nodes)}`);
  }
}

/**
 * One question. It is over in time even if it does not heed its signal: one that is made of
 * others may be collected as garbage in Node 20, and then it never aborts.
 */
async function withinLimit<T>(
  signal: AbortSignal,
  question: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new TargetError(`no answer within ${durationText(askLimitMs)}`);
      limit.abort(error);
      reject(error);
    }, askLimitMs);
  });
  try {
    return await Promise.race([question(AbortSignal.any([signal, limit.signal])), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function failOnEnd(node: ServerNode): Promise<never> {
  throw (await node.fate) ?? new TargetError(`node ${node.name} was ended while it started`);
}
