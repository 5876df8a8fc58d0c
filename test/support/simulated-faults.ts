/**
 * Faults for a simulation, named as the nemeses of dsx: `partition`, `kill:primaries`,
 * `packet:loss`. Each kind starts and stops by turns, `intervalMs` apart on average.
 */
import { goodNetwork, type Simulation } from './simulation.ts';

export interface FaultPlan {
  /** As in `--nemesis kill,partition:primaries`. */
  readonly nemesis: string;
  readonly intervalMs: number;
}

type Random = () => number;
/** Starts a fault and returns what ends it. */
type Fault = (simulation: Simulation, random: Random, shape: string | undefined) => () => void;

/** For the `faults` of a trial. */
export function faultsOf(
  plan: FaultPlan,
): (simulation: Simulation, random: Random, untilMs: number) => void {
  return (simulation, random, untilMs) => {
    for (const name of plan.nemesis.split(',').filter((word) => word !== '')) {
      const [kind = '', shape] = name.split(':');
      const fault = kinds[kind];
      if (fault === undefined) throw new Error(`no fault "${kind}"`);
      const waitMs = (): number => 2 * plan.intervalMs * random();
      const begin = (): void => {
        if (simulation.nowMs >= untilMs) return;
        const end = fault(simulation, random, shape);
        simulation.at(simulation.nowMs + waitMs(), () => {
          end();
          simulation.at(simulation.nowMs + waitMs(), begin);
        });
      };
      simulation.at(waitMs(), begin);
    }
  };
}

const kinds: Readonly<Record<string, Fault>> = {
  partition: (simulation, random, shape) => {
    const cuts = partitionOf(simulation, random, shape ?? drawOf(random, partitionShapes));
    for (const cut of cuts) simulation.cuts.add(cut);
    return () => {
      for (const cut of cuts) simulation.cuts.delete(cut);
    };
  },
  kill: (simulation, random, shape) => {
    const nodes = nodesOf(simulation, random, shape);
    for (const node of nodes) simulation.node(node).kill();
    return () => {
      for (const node of nodes) simulation.node(node).start();
    };
  },
  pause: (simulation, random, shape) => {
    const nodes = nodesOf(simulation, random, shape);
    for (const node of nodes) simulation.node(node).pause();
    return () => {
      for (const node of nodes) simulation.node(node).resume();
    };
  },
  packet: (simulation, random, shape) => {
    const kind = shape ?? drawOf(random, ['delay', 'loss', 'duplicate', 'reorder']);
    if (kind === 'delay') {
      simulation.network.delayMs = 10 + 90 * random();
      simulation.network.exponential = true;
    }
    if (kind === 'loss') simulation.network.lossProbability = 0.1 + 0.4 * random();
    if (kind === 'duplicate') simulation.network.duplicateProbability = 0.5;
    if (kind === 'reorder') simulation.network.reorderProbability = 0.3;
    return () => {
      simulation.network = { ...goodNetwork };
    };
  },
  clock: (simulation, random) => {
    for (const node of simulation.nodeIds)
      simulation.node(node).wallOffsetMs = (random() - 0.5) * 20_000;
    return () => {
      for (const node of simulation.nodeIds) simulation.node(node).wallOffsetMs = 0;
    };
  },
};

const nodeShapes = ['one', 'minority', 'majority', 'primaries', 'all'];
const partitionShapes = ['one', 'halves', 'majorities-ring', 'bridge', 'one-way', 'primaries'];

function nodesOf(simulation: Simulation, random: Random, asked: string | undefined): string[] {
  const nodes = shuffled(simulation.nodeIds, random);
  const shape = asked ?? drawOf(random, nodeShapes);
  if (shape === 'primaries') return simulation.primaries();
  const half = Math.floor(nodes.length / 2);
  const counts: Readonly<Record<string, number>> = {
    one: 1,
    minority: half,
    majority: half + 1,
    all: nodes.length,
  };
  return nodes.slice(0, counts[shape] ?? 1);
}

/** Links to cut, as `from>to`. */
function partitionOf(simulation: Simulation, random: Random, shape: string): string[] {
  const nodes = shuffled(simulation.nodeIds, random);
  const half = Math.floor(nodes.length / 2);
  switch (shape) {
    case 'one':
      return between(nodes.slice(0, 1), nodes.slice(1));
    case 'primaries': {
      const primaries = simulation.primaries();
      return between(
        primaries,
        nodes.filter((node) => !primaries.includes(node)),
      );
    }
    case 'one-way':
      return toFrom(nodes.slice(0, half), nodes.slice(half));
    case 'bridge':
      return between(nodes.slice(0, half), nodes.slice(half + 1));
    case 'majorities-ring':
      // Each node sees its two neighbours on either side of a ring, at most.
      return nodes.flatMap((node, i) =>
        nodes
          .filter((_, j) => {
            const distance = Math.min(
              (i - j + nodes.length) % nodes.length,
              (j - i + nodes.length) % nodes.length,
            );
            return distance > Math.floor(nodes.length / 4);
          })
          .map((other) => `${node}>${other}`),
      );
    default:
      return between(nodes.slice(0, half), nodes.slice(half));
  }
}

function between(left: readonly string[], right: readonly string[]): string[] {
  return [...toFrom(left, right), ...toFrom(right, left)];
}

function toFrom(from: readonly string[], to: readonly string[]): string[] {
  return from.flatMap((a) => to.map((b) => `${a}>${b}`));
}

function drawOf<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}

function shuffled(nodes: readonly string[], random: Random): string[] {
  return nodes
    .map((node) => ({ node, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ node }) => node);
}
