/** Starts, stops and asks the nodes of the testbed `stdio`. */
import { TargetError, UsageError } from '../../base/errors.ts';
import { isObject, type JsonObject } from '../../base/json.ts';
import { durationText, listed } from '../../base/text.ts';
import { channelErrors } from '../../client/rpc-errors.ts';
import { RpcError } from '../../contract/client.ts';
import type { Cluster, NodeState } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import { openNodePipes } from '../process/pipes.ts';
import type { ClientEndpoint } from './endpoints.ts';
import type { StdioLimits } from './options.ts';
import type { StdioNode } from './stdio-node.ts';
import type { Troubles } from './troubles.ts';
import type { Wire } from './wire.ts';

export interface StdioClusterOptions {
  readonly nodes: readonly StdioNode[];
  readonly wire: Wire;
  readonly troubles: Troubles;
  readonly limits: StdioLimits;
  readonly reportsPrimary: boolean;
  /** Aborts when the testbed is stopped. */
  readonly stopped: AbortSignal;
}

export class StdioCluster implements Cluster {
  readonly nodes: readonly NodeId[];
  readonly primaries?: (signal: AbortSignal) => Promise<readonly NodeId[]>;
  readonly #options: StdioClusterOptions;
  readonly #byName: ReadonlyMap<NodeId, StdioNode>;
  /** Of each node, the client that asks for its role. */
  readonly #askers = new Map<NodeId, ClientEndpoint>();

  constructor(options: StdioClusterOptions) {
    this.#options = options;
    this.nodes = options.nodes.map((node) => node.name);
    this.#byName = new Map(options.nodes.map((node) => [node.name, node]));
    if (options.reportsPrimary) this.primaries = async (signal) => this.#askPrimaries(signal);
  }

  state(node: NodeId): NodeState {
    return this.#find(node).state;
  }

  async kill(name: NodeId, signal: AbortSignal): Promise<void> {
    const node = this.#find(name);
    await node.inTurn(signal, async () => {
      await node.kill();
    });
  }

  async start(name: NodeId, signal: AbortSignal): Promise<void> {
    const node = this.#find(name);
    await node.inTurn(signal, async () => {
      if (node.state !== 'down') return;
      // After a crash, children of the node may still be there, on the same data.
      await node.kill();
      await this.#launch([node], signal);
    });
  }

  async pause(name: NodeId, signal: AbortSignal, program?: string): Promise<void> {
    const node = this.#find(name);
    await node.inTurn(signal, async () => {
      await node.pause(program);
    });
  }

  async resume(name: NodeId, signal: AbortSignal): Promise<void> {
    const node = this.#find(name);
    await node.inTurn(signal, async () => {
      await node.resume();
    });
  }

  /** Starts all nodes at once; resolves when each has answered `init`. */
  async startAll(signal: AbortSignal): Promise<void> {
    await this.#launch(this.#options.nodes, signal);
  }

  /** Ends all nodes at once, whatever else is under way. Rejects after trying all of them. */
  async killAll(): Promise<void> {
    const results = await Promise.allSettled(this.#options.nodes.map((node) => node.kill()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  async #launch(nodes: readonly StdioNode[], signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#options.stopped]);
    either.throwIfAborted();
    const pipes = await openNodePipes(nodes.length);
    if (either.aborted) {
      for (const unused of pipes) unused.dispose();
      either.throwIfAborted();
    }
    // All in one tick: so `init` is the first message in every inbox, ahead of what the first
    // nodes to start send to the others.
    for (const [i, node] of nodes.entries()) {
      const own = pipes[i];
      if (own !== undefined) node.launch(own);
    }
    await Promise.all(nodes.map((node) => this.#initialize(node, either)));
  }

  async #initialize(node: StdioNode, signal: AbortSignal): Promise<void> {
    const { wire, limits } = this.#options;
    const client = wire.openClient(node.name, limits.initTimeoutMs);
    const init = { type: 'init', node_id: node.name, node_ids: this.nodes };
    try {
      await Promise.race([client.channel.request(init, signal), failOnEnd(node)]);
    } catch (thrown) {
      signal.throwIfAborted();
      throw thrown instanceof RpcError ? this.#initFailure(node, client.name, thrown) : thrown;
    } finally {
      client.channel.close();
    }
  }

  #initFailure(node: StdioNode, client: string, error: RpcError): TargetError {
    const { troubles, limits } = this.#options;
    const expected = {
      src: node.name,
      dest: client,
      body: { type: 'init_ok', in_reply_to: 1 },
    };
    const what =
      error.code === channelErrors.noReply
        ? `did not answer init within ${durationText(limits.initTimeoutMs)}`
        : `did not accept init: ${error.code}: ${error.message}`;
    const lines = [
      `node ${node.name} ${what}`,
      `  expected this line on its stdout, flushed: ${JSON.stringify(expected)}`,
      ...troubles.of(node.name).map(({ text }) => `  ${text.replaceAll('\n', '\n  ')}`),
      ...node.lastWords(),
    ];
    return new TargetError(lines.join('\n'));
  }

  async #askPrimaries(signal: AbortSignal): Promise<readonly NodeId[]> {
    const either = AbortSignal.any([signal, this.#options.stopped]);
    const running = this.#options.nodes.filter((node) => node.state === 'running');
    const roles = await Promise.all(running.map((node) => this.#roleOf(node, either)));
    either.throwIfAborted();
    return running.filter((_, i) => roles[i] === 'leader').map((node) => node.name);
  }

  /** Undefined if the node does not say. */
  async #roleOf({ name }: StdioNode, signal: AbortSignal): Promise<string | undefined> {
    const { wire, limits } = this.#options;
    const asker = this.#askers.get(name) ?? wire.openClient(name, limits.statusTimeoutMs, false);
    this.#askers.set(name, asker);
    try {
      const reply: JsonObject = await asker.channel.request({ type: 'dsx_status' }, signal);
      const role = isObject(reply) ? reply['role'] : undefined;
      return typeof role === 'string' ? role : undefined;
    } catch {
      // It is busy, cut off from its own mind, or has just died: then it does not lead visibly.
      return undefined;
    }
  }

  #find(name: NodeId): StdioNode {
    const node = this.#byName.get(name);
    if (node !== undefined) return node;
    throw new UsageError(`there is no node "${name}"; the nodes are ${listed(this.nodes)}`);
  }
}

async function failOnEnd(node: StdioNode): Promise<never> {
  throw (await node.fate) ?? new TargetError(`node ${node.name} was ended while it started`);
}
