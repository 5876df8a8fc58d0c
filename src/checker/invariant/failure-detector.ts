/**
 * Failure detectors (Chandra and Toueg, "Unreliable failure detectors for reliable distributed
 * systems", 1996), judged by the kills that the nemesis recorded; the figures are those of Chen,
 * Toueg and Aguilera ("On the quality of service of failure detectors", 2002).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `suspects`, of the event's `node` | null | the nodes that it suspects |
 *
 * - Completeness: a node that is dead to the end is suspected by every living node's final read;
 *   with `detectWithinMs`, also by every read that begins so long after the kill.
 * - Accuracy: no final read, made after recovery, suspects a living node; with
 *   `neverWrong`, none ever suspects a node that was never killed and in no fault.
 */
import { canonical, type Json } from '../../base/json.ts';
import { nsToMs } from '../../base/units.ts';
import { faultWindows } from '../../history/faults.ts';
import type { History } from '../../history/history.ts';
import type { Checker } from '../checker.ts';
import {
  AnomalyList,
  elementsOf,
  type Finding,
  invariant,
  type Part,
  tooFew,
  undetermined,
} from './invariant.ts';

export interface FailureDetectorOptions {
  /** Default `suspects`. */
  readonly read?: string;
  /** What a detector promises: every crash is suspected so soon. Default: at the end. */
  readonly detectWithinMs?: number;
  /** True: nobody is suspected before it crashed (strong accuracy). Default false. */
  readonly neverWrong?: boolean;
}

/** When a node was certainly dead, by event index. `to` is Infinity if it never came back. */
interface Death {
  readonly node: string;
  readonly from: number;
  readonly to: number;
  readonly fromNs: number;
  readonly description: string;
}

interface Answer {
  readonly row: number;
  readonly node: string;
  readonly suspects: ReadonlySet<string>;
}

export function failureDetector(options: FailureDetectorOptions = {}): Checker {
  const { read = 'suspects', detectWithinMs, neverWrong = false } = options;
  const soon = detectWithinMs === undefined ? '' : ` and within ${detectWithinMs} ms of a kill`;
  return invariant({
    name: 'failure-detector',
    summary: 'the dead are suspected, and in the end only they',
    method: `ok ${read} of each node against the kills of the nemesis: completeness by final ones${soon}; accuracy by ${neverWrong ? 'all outside faults' : 'final ones'}`,
    whole: true,
    judge: (part) => judge(part, { read, neverWrong, detectWithinMs: detectWithinMs ?? Infinity }),
  });
}

function judge(part: Part, options: Required<FailureDetectorOptions>): Finding {
  const anomalies = new AnomalyList(part);
  const deaths = deathsIn(part.history);
  const faultsFrom = faultWindows(part.history)[0]?.startIndex ?? Infinity;
  const answers = answersOf(part, options.read);
  const say = (type: string, row: number, explanation: string): void => {
    const operations = [part.invoke(row)];
    anomalies.add(() => ({ type, model: 'failure-detector', operations, explanation }));
  };
  const detections = new Map<string, number>();
  let mistakeCount = 0;
  for (const { row, node, suspects } of answers) {
    const [begun, ended] = [part.invoke(row), part.returned(row)];
    const asked = `${node}, asked at event ${begun} (ok at ${ended}),`;
    // What a dead or dying node still said is not held against it.
    if (deaths.some((death) => death.node === node && death.from < ended && begun < death.to))
      continue;
    for (const death of deaths) {
      if (death.node === node || death.from > begun || death.to < ended) continue;
      const passedMs = nsToMs(part.timeNs(begun) - death.fromNs);
      if (suspects.has(death.node)) {
        const name = `${node} ${death.node} ${death.from}`;
        if (!detections.has(name)) detections.set(name, passedMs);
        continue;
      }
      if (passedMs > options.detectWithinMs || (part.isFinal(row) && death.to === Infinity))
        say(
          'undetected-crash',
          row,
          `${asked} suspected ${listOf(suspects)}, but not ${death.node}, dead for ${Math.floor(passedMs)} ms by then (${death.description}, event ${death.from}).`,
        );
    }
    for (const suspect of suspects) {
      const dead = deaths.some((d) => d.node === suspect && d.from < ended && begun < d.to);
      if (dead) continue;
      mistakeCount += 1;
      if (part.isFinal(row))
        say(
          'false-suspicion',
          row,
          `${asked} after recovery, suspected ${suspect}, which was not dead.`,
        );
      else if (options.neverWrong && ended < faultsFrom)
        say('false-suspicion', row, `${asked} suspected ${suspect} before anything had failed.`);
    }
  }
  const finals = answers.filter(({ row }) => part.isFinal(row)).length;
  const details = { answerCount: answers.length, killCount: deaths.length, mistakeCount };
  const finding = { anomalies, details, samples: { detectionMs: [...detections.values()] } };
  if (answers.length === 0)
    return { ...finding, ...tooFew(`no ${options.read} of a named node succeeded`) };
  if (finals === 0)
    return {
      ...finding,
      ...undetermined(`no final ${options.read}: who is suspected in the end was not seen`),
    };
  if (deaths.length === 0)
    return {
      ...finding,
      ...undetermined('nobody was killed: completeness was not put to the test'),
    };
  return finding;
}

function answersOf(part: Part, read: string): readonly Answer[] {
  const answers: Answer[] = [];
  for (const row of part.rowsOf(read)) {
    const list = part.isOk(row) ? elementsOf(part.output(row)) : undefined;
    const node = part.node(row);
    if (list === undefined || node === undefined) continue;
    answers.push({ row, node, suspects: new Set(list.map(textOf)) });
  }
  return answers;
}

/** A kill ends, to be on the safe side, with whatever the nemesis did next. */
function deathsIn(history: History): readonly Death[] {
  const deaths: Death[] = [];
  for (const { fault, startIndex, endIndex, startNs } of faultWindows(history)) {
    if (fault.kind !== 'kill') continue;
    const forGood = fault.detail['permanent'] === true || endIndex === null;
    const to = forGood ? Infinity : endIndex;
    for (const node of fault.nodes)
      deaths.push({ node, from: startIndex, to, fromNs: startNs, description: fault.description });
  }
  return deaths;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : canonical(value);
}

function listOf(suspects: ReadonlySet<string>): string {
  return suspects.size === 0 ? 'nobody' : [...suspects].join(', ');
}
