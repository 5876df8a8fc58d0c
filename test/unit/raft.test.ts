/** Raft under simulation: its log, and the schedule of figure 8 of the paper. */
import { describe, expect, test } from 'vitest';
import type { Body } from '../../src/node/node.ts';
import { RaftLog } from '../../targets/raft/log.ts';
import { raft } from '../../targets/raft/raft.ts';
import { settingsFrom } from '../../targets/raft/settings.ts';
import { Simulation } from '../support/simulation.ts';

describe('log', () => {
  const logOf = (...terms: number[]): RaftLog => {
    const log = new RaftLog();
    for (const term of terms) log.append({ term, command: null });
    return log;
  };

  test('an empty log ends at index 0 of term 0', () => {
    expect([logOf().lastIndex, logOf().lastTerm, logOf().termAt(0)]).toEqual([0, 0, 0]);
  });

  test('entries that were forgotten are not there, and the last of them keeps its term', () => {
    const log = logOf(1, 1, 2, 3);
    log.forgetUpTo(3);
    expect([log.firstIndex, log.lastIndex, log.termAt(2), log.termAt(3), log.termAt(4)]).toEqual([
      4,
      4,
      undefined,
      2,
      3,
    ]);
  });

  test('a run is of one term and no longer than asked', () => {
    const log = logOf(1, 2, 2, 2, 3);
    expect(log.runFrom(2, 10)).toHaveLength(3);
    expect(log.runFrom(2, 2)).toHaveLength(2);
    expect(log.runFrom(6, 2)).toHaveLength(0);
  });

  test('a term is found from its first to its last entry', () => {
    const log = logOf(1, 2, 2, 4);
    expect(log.startOfTermAt(3)).toBe(2);
    expect(log.endOfTerm(2)).toBe(3);
    expect(log.endOfTerm(3)).toBeUndefined();
  });

  test('what follows a cut tail takes its place', () => {
    const log = logOf(1, 1, 1);
    log.truncateFrom(2);
    log.append({ term: 5, command: null });
    expect([log.lastIndex, log.termAt(2)]).toEqual([2, 5]);
  });
});

test('an unknown variant is refused, with the names of those that there are', () => {
  expect(() => settingsFrom(['--variant', 'fast'])).toThrow(/no variant "fast"; it has correct/);
});

/** A cluster of three that a test drives by hand. */
class Cluster {
  readonly simulation: Simulation;
  readonly #nodeIds = ['n1', 'n2', 'n3'];
  #requestCount = 0;

  constructor(variant: string, seed: string) {
    this.simulation = new Simulation({
      seed,
      nodeIds: this.#nodeIds,
      program: raft,
      args: ['--variant', variant],
    });
  }

  /** Cuts off one node, and connects the others. */
  isolate(node: string | undefined): void {
    this.simulation.cuts.clear();
    if (node === undefined) return;
    for (const other of this.#nodeIds) {
      this.simulation.cuts.add(`${node}>${other}`);
      this.simulation.cuts.add(`${other}>${node}`);
    }
  }

  /** Runs in small steps until one of `nodes` leads. */
  async leaderAmong(nodes: readonly string[]): Promise<string> {
    for (let step = 0; step < 50_000; step += 1) {
      const leader = this.simulation.primaries().find((node) => nodes.includes(node));
      if (leader !== undefined) return leader;
      await this.run(0.1);
    }
    throw new Error(`none of ${nodes.join(', ')} came to lead within 5 s`);
  }

  others(...nodes: readonly string[]): string[] {
    return this.#nodeIds.filter((node) => !nodes.includes(node));
  }

  async run(forMs: number): Promise<void> {
    await this.simulation.runUntil(this.simulation.nowMs + forMs);
  }

  async ask(node: string, body: Body): Promise<Body | undefined> {
    this.#requestCount += 1;
    let answer: Body | undefined;
    this.simulation.request(`c${this.#requestCount}`, node, { ...body, msg_id: 1 }, (reply) => {
      answer ??= reply;
    });
    await this.run(100);
    return answer;
  }
}

/** What each node says that x is, after the schedule of figure 8. */
async function figure8(variant: string, seed: string): Promise<readonly unknown[]> {
  const cluster = new Cluster(variant, seed);
  const first = await cluster.leaderAmong(['n1', 'n2', 'n3']);
  expect(await cluster.ask(first, { type: 'write', key: 'x', value: 1 })).toMatchObject({
    type: 'write_ok',
  });
  // (a) The first leader has an entry that nobody else has.
  cluster.isolate(first);
  await cluster.ask(first, { type: 'write', key: 'x', value: 2 });
  // (b) Another is elected, and cut off before a word of it gets out; it has its own entry.
  const second = await cluster.leaderAmong(cluster.others(first));
  cluster.isolate(second);
  await cluster.ask(second, { type: 'write', key: 'x', value: 3 });
  // (c) The first leads again, and brings its old entry to a majority.
  const third = cluster.others(first, second);
  await cluster.run(1000);
  expect(cluster.simulation.primaries()).toContain(first);
  // (d) It is cut off, and the second leads again: its last entry is of a later term.
  cluster.isolate(first);
  await cluster.leaderAmong([second, ...third]);
  await cluster.run(300);
  cluster.isolate(undefined);
  await cluster.run(500);
  await cluster.ask('n1', { type: 'write', key: 'y', value: 1 });
  await cluster.run(500);
  const answers = [];
  for (const node of ['n1', 'n2', 'n3']) {
    const answer = await cluster.ask(node, { type: 'read', key: 'x' });
    expect(answer?.type).toBe('read_ok');
    answers.push(answer?.['value']);
  }
  return answers;
}

describe('figure 8', () => {
  test('an entry of an older term is not committed by counting its copies', async () => {
    for (let seed = 0; seed < 5; seed += 1)
      expect(new Set(await figure8('correct', `figure 8 ${seed}`)).size).toBe(1);
  });

  test('if it were, an entry that was applied would be overwritten, and nodes would differ', async () => {
    let differed = 0;
    for (let seed = 0; seed < 5; seed += 1)
      if (new Set(await figure8('commit-old-term', `figure 8 ${seed}`)).size > 1) differed += 1;
    expect(differed).toBeGreaterThan(0);
  });
});
