/**
 * Elections come to an end: once everything was healed and had time to recover, somebody leads.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `leader`, final | null | `{"term": 3, "leader": "n2"}`: what the asked node believes; `leader` may be null |
 *
 * It is enough that one node says of itself that it leads. The workload must ask for long
 * enough: how long an election may take, only it can know.
 */
import { isObject, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import { AnomalyList, type Finding, invariant, type Part, tooFew } from './invariant.ts';

export function leaderAtEnd(leader = 'leader'): Checker {
  return invariant({
    name: 'leader-at-end',
    summary: 'after everything was healed somebody leads',
    method: `final ok ${leader}s: one node at least names itself`,
    judge: (part) => judge(part, leader),
  });
}

function judge(part: Part, leader: string): Finding {
  const anomalies = new AnomalyList(part);
  const answers = part.rowsOf(leader).filter((row) => part.isFinal(row) && part.isOk(row));
  const details = { finalAnswerCount: answers.length };
  const [first] = answers;
  const last = answers.at(-1);
  if (first === undefined || last === undefined)
    return { anomalies, details, ...tooFew(`no final ${leader} was answered`) };
  if (answers.some((row) => namesItself(part, row))) return { anomalies, details };
  const lastMs = Math.round(
    (part.timeNs(part.returned(last)) - part.timeNs(part.invoke(first))) / 1e6,
  );
  anomalies.add(() => ({
    type: 'no-leader',
    model: 'leader-election',
    operations: [part.invoke(first), part.invoke(last)],
    explanation: `After everything was healed, nodes were asked who leads from event ${part.invoke(first)} to event ${part.returned(last)} (${lastMs} ms); of ${answers.length} answers none is of a node that says it leads itself.`,
  }));
  return { anomalies, details };
}

function namesItself(part: Part, row: number): boolean {
  const answer: Json = part.output(row);
  if (!isObject(answer)) return false;
  return (
    typeof answer['leader'] === 'string' && answer['leader'] === (answer['node'] ?? part.node(row))
  );
}
