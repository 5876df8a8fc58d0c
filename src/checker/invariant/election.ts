/**
 * Leader election: no term has two leaders, and no node goes back to an earlier term.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `leader` | null | `{"term": 3, "leader": "n2"}`: what the asked node believes; `leader` may be null |
 *
 * The node that was asked is the event's `node`, or `node` in the answer.
 */
import { canonical, isObject, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import { AnomalyList, type Finding, invariant, type Part, tooFew } from './invariant.ts';

interface Belief {
  readonly row: number;
  readonly term: number;
  readonly leader: Json;
  readonly node: string | undefined;
}

export function election(leader = 'leader'): Checker {
  return invariant({
    name: 'election',
    summary: 'at most one leader in each term, and no node goes back to an earlier term',
    method: `what nodes answered to ok ${leader}s: leaders by term, and terms of each node in real time; whether somebody leads at all is not judged`,
    judge: (part) => judge(part, leader),
  });
}

function judge(part: Part, leader: string): Finding {
  const anomalies = new AnomalyList(part);
  const beliefs = new Map<number, Belief>();
  for (const row of part.rowsOf(leader)) {
    const belief = part.isOk(row) ? beliefOf(part, row) : undefined;
    if (belief !== undefined) beliefs.set(row, belief);
  }
  const leaders = new Map<number, Belief>();
  const disputed = new Set<string>();
  for (const belief of beliefs.values()) {
    if (belief.leader === null) continue;
    const first = leaders.get(belief.term);
    if (first === undefined) leaders.set(belief.term, belief);
    const pair = `${belief.term} ${canonical(belief.leader)}`;
    if (first === undefined || disputed.has(pair)) continue;
    if (canonical(first.leader) === canonical(belief.leader)) continue;
    disputed.add(pair);
    anomalies.add(() => ({
      type: 'split-brain',
      model: 'leader-election',
      operations: [part.invoke(first.row), part.invoke(belief.row)],
      explanation: `In term ${belief.term}, ${told(part, first)} that ${canonical(first.leader)} leads, and ${told(part, belief)} that ${canonical(belief.leader)} does.`,
    }));
  }
  judgeTerms(part, beliefs, anomalies);
  const details = { answerCount: beliefs.size, termCount: leaders.size };
  if (leaders.size > 0) return { anomalies, details };
  return { anomalies, details, ...tooFew(`no ok ${leader} named a leader and its term`) };
}

function judgeTerms(
  part: Part,
  beliefs: ReadonlyMap<number, Belief>,
  anomalies: AnomalyList,
): void {
  const highest = new Map<string, Belief>();
  for (const { row, begins } of part.moments([...beliefs.keys()])) {
    const belief = beliefs.get(row);
    if (belief?.node === undefined) continue;
    const top = highest.get(belief.node);
    if (!begins) {
      if (top === undefined || top.term < belief.term) highest.set(belief.node, belief);
      continue;
    }
    if (top === undefined || belief.term >= top.term) continue;
    anomalies.add(() => ({
      type: 'non-monotonic-term',
      model: 'leader-election',
      operations: [part.invoke(top.row), part.invoke(row)],
      explanation: `${told(part, top)} that it is in term ${top.term}; asked later (event ${part.invoke(row)}), it was back in term ${belief.term}.`,
    }));
  }
}

function beliefOf(part: Part, row: number): Belief | undefined {
  const answer = part.output(row);
  if (!isObject(answer)) return undefined;
  const { term, leader = null, node } = answer;
  if (typeof term !== 'number') return undefined;
  return { row, term, leader, node: typeof node === 'string' ? node : part.node(row) };
}

function told(part: Part, { row, node = 'a node' }: Belief): string {
  return `${node} answered (event ${part.invoke(row)}, ok at ${part.returned(row)})`;
}
