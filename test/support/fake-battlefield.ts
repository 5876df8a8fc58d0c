/** A battlefield in memory that keeps the contract: what nemeses are tested on. */
import type {
  Battlefield,
  ClockSkew,
  Clocks,
  Cluster,
  Disks,
  Limits,
  Network,
  NodeState,
} from '../../src/contract/testbed.ts';
import type { DiskEffect } from '../../src/fault/disk.ts';
import type { LinkRule, NodeId } from '../../src/fault/fault.ts';

export interface FakeBattlefield extends Battlefield {
  readonly states: Map<NodeId, NodeState>;
  readonly rules: Map<string, readonly LinkRule[]>;
  readonly skews: Map<NodeId, ClockSkew>;
  /** Effects in force. */
  readonly effects: Map<NodeId, DiskEffect>;
  /** Shares of a core and bytes of headroom in force, as `cpu n1`, `memory n2`. */
  readonly limited: Map<string, number>;
  /** What happened, in order: `kill n1`, `resume n2`, … */
  readonly log: string[];
  /** Nodes that lead; undefined makes the cluster unable to tell. */
  primaries: readonly NodeId[] | undefined;
  /** What goes wrong: `kill` leaves nodes alive, `network` keeps rules, `clock` ignores skews. */
  broken: 'nothing' | 'kill' | 'network' | 'clock' | 'start' | 'hang';
  clockObstacle: string | undefined;
  diskObstacle: string | undefined;
  memoryObstacle: string | undefined;
}

export function fakeBattlefield(nodeCount: number): FakeBattlefield {
  const nodes = Array.from({ length: nodeCount }, (_, i) => `n${i + 1}`);
  const states = new Map<NodeId, NodeState>(nodes.map((node) => [node, 'running']));
  const rules = new Map<string, readonly LinkRule[]>();
  const skews = new Map<NodeId, ClockSkew>();
  const effects = new Map<NodeId, DiskEffect>();
  const log: string[] = [];
  const setAtMs = new Map<NodeId, number>();
  const change = async (verb: string, node: NodeId, from: NodeState[], to: NodeState) => {
    log.push(`${verb} ${node}`);
    if (field.broken === 'hang') await new Promise(() => undefined);
    const state = states.get(node) ?? 'down';
    if (!from.includes(state)) throw new Error(`${verb} ${node}: it is ${state}`);
    if (field.broken === 'start' && verb === 'start') throw new Error('it ended at once');
    if (field.broken !== verb) states.set(node, to);
  };
  const cluster: Cluster = {
    nodes,
    state: (node) => states.get(node) ?? 'down',
    kill: (node) => change('kill', node, ['running', 'paused'], 'down'),
    start: (node) => change('start', node, ['down'], 'running'),
    pause: (node) => change('pause', node, ['running'], 'paused'),
    resume: (node) => change('resume', node, ['paused'], 'running'),
    get primaries(): () => Promise<readonly NodeId[]> {
      const found = field.primaries;
      return found === undefined ? (undefined as never) : async () => found;
    },
  };
  const network: Network = {
    shape: async (owner, next) => {
      log.push(`shape ${owner} ${next.length}`);
      if (field.broken === 'network') throw new Error('the rules did not hold');
      rules.set(owner, next);
      return `${next.length} rules`;
    },
  };
  const clocks: Clocks = {
    unsupported: async () => field.clockObstacle,
    set: async (node, skew) => {
      if (field.broken === 'clock') return;
      skews.set(node, skew);
      setAtMs.set(node, performance.now());
    },
    readOffsetMs: async (node) => {
      const { offsetMs, rate } = skews.get(node) ?? { offsetMs: 0, rate: 0 };
      return offsetMs + rate * (performance.now() - (setAtMs.get(node) ?? 0));
    },
  };
  const struck = new Set<NodeId>();
  const down = (verb: string, node: NodeId): void => {
    log.push(`${verb} ${node}`);
    if (states.get(node) !== 'down') throw new Error(`${verb} ${node}: it runs`);
  };
  const disks: Disks = {
    unsupported: async () => field.diskObstacle,
    set: async (node, effect) => {
      log.push(`disk ${node} ${effect?.kind ?? 'works'}`);
      if (effect === null) effects.delete(node);
      else effects.set(node, effect);
      if (effect !== null) struck.add(node);
      return `${node} seen`;
    },
    losePower: async (node) => {
      down('lose-power', node);
      return `${node} lost`;
    },
    damage: async (node) => {
      down('damage', node);
      struck.add(node);
      return `${node} damaged`;
    },
    mayCrash: (node) => struck.has(node),
  };
  const limited = new Map<string, number>();
  const limit = (resource: string, node: NodeId, amount: number | null): string => {
    log.push(`${resource} ${node} ${amount ?? 'free'}`);
    if (amount === null) limited.delete(`${resource} ${node}`);
    else limited.set(`${resource} ${node}`, amount);
    return `${node} seen`;
  };
  const short = new Set<NodeId>();
  const limits: Limits = {
    unsupported: async (resource) => (resource === 'memory' ? field.memoryObstacle : undefined),
    setCpu: async (node, share) => limit('cpu', node, share),
    setMemory: async (node, headroomBytes) => {
      short.add(node);
      return limit('memory', node, headroomBytes);
    },
    mayCrash: (node) => short.has(node),
  };
  const field: FakeBattlefield = {
    ...{ cluster, network, clocks, disks, limits, states, rules, skews, effects, limited, log },
    primaries: undefined,
    broken: 'nothing',
    clockObstacle: undefined,
    diskObstacle: undefined,
    memoryObstacle: undefined,
  };
  return field;
}
