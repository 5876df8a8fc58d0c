/**
 * Committed offsets: whoever is assigned a log is told how far it is done.
 *
 * Systems differ in what becomes of a commit that is lower than another: some keep the highest,
 * some the latest. An answer is accused only if neither explains it. Keeping the highest, it may
 * not lie below a commit that was acknowledged before; keeping the latest, it must be one that no
 * other, acknowledged before, came after. And in both somebody must have made it.
 *
 * An answer of 0 may mean that there is none: many programs have no other word for it.
 */
import { listed } from '../../../base/text.ts';
import type { Part } from '../invariant.ts';
import { type Commit, firstAbove, type KafkaLogs, startOf } from './log.ts';
import { assignedKeys, type Say } from './order.ts';

export const commitAnomalies = ['lost-commit', 'phantom-commit'] as const;

export interface CommitCounts {
  readonly acknowledgedCommits: number;
  readonly unknownCommits: number;
  /** Answers, one for each log that was asked about, that were held against the commits. */
  readonly committedAnswers: number;
}

/** @param assigned rows of `assign` and `subscribe` */
export function judgeCommits(
  part: Part,
  logs: KafkaLogs,
  assigned: readonly number[],
  say: Say,
): CommitCounts {
  const all = [...logs.keys.values()].flatMap(({ commits }) => commits);
  const acknowledgedCommits = all.filter(({ acknowledged }) => acknowledged).length;
  const unknownCommits = all.length - acknowledgedCommits;
  let committedAnswers = 0;
  // A history without commits says nothing of them, whatever is answered.
  const listings = all.length === 0 ? [] : assigned.filter((row) => part.isOk(row));
  const judges = new Map<string, LogJudge>();
  const doubtFrom = firstDoubt(part, logs);
  for (const row of listings) {
    const { committed } = startOf(part.output(row));
    if (committed === undefined) continue;
    for (const key of assignedKeys(part.input(row))) {
      const judge =
        judges.get(key) ?? new LogJudge(part, key, logs.keys.get(key)?.commits ?? [], say);
      judges.set(key, judge);
      // What became of such a poll's own commit nobody knows: it may be what was answered.
      if (doubtFrom < part.returned(row)) continue;
      committedAnswers += 1;
      judge.judge(row, committed.get(key));
    }
  }
  return { acknowledgedCommits, unknownCommits, committedAnswers };
}

/** The first poll of unknown outcome: it may have committed anything, at any time after. */
function firstDoubt(part: Part, { ops }: KafkaLogs): number {
  let first = Number.POSITIVE_INFINITY;
  for (const { row, pollCount } of ops.values())
    if (pollCount > 0 && !part.isOk(row) && !part.failed(row))
      first = Math.min(first, part.invoke(row));
  return first;
}

class LogJudge {
  readonly #part: Part;
  readonly #key: string;
  readonly #say: Say;
  /** The acknowledged ones, by the event of their ok; and of each prefix the greatest of them. */
  readonly #ends: readonly number[];
  readonly #highest: Commit[] = [];
  readonly #lastBegun: Commit[] = [];
  /** By offset, in order of invocation. */
  readonly #byOffset = new Map<number, Commit[]>();

  constructor(part: Part, key: string, commits: readonly Commit[], say: Say) {
    this.#part = part;
    this.#key = key;
    this.#say = say;
    for (const commit of commits) {
      const same = this.#byOffset.get(commit.offset);
      if (same === undefined) this.#byOffset.set(commit.offset, [commit]);
      else same.push(commit);
    }
    const ended = commits
      .filter(({ acknowledged }) => acknowledged)
      .toSorted((a, b) => part.returned(a.row) - part.returned(b.row));
    this.#ends = ended.map(({ row }) => part.returned(row));
    for (const commit of ended) {
      const [highest, last] = [this.#highest.at(-1), this.#lastBegun.at(-1)];
      this.#highest.push(
        highest !== undefined && highest.offset >= commit.offset ? highest : commit,
      );
      const isLast = last === undefined || part.invoke(last.row) < part.invoke(commit.row);
      this.#lastBegun.push(isLast ? commit : last);
    }
  }

  /** @param answer what the assign of this row was told; undefined: no commit */
  judge(row: number, answer: number | undefined): void {
    const source = this.#lastSource(row, answer);
    if (answer !== undefined && answer > 0 && source === undefined) {
      this.#say(
        'phantom-commit',
        [row],
        `${this.#told(row, answer)}, and nobody had ever committed that offset.`,
      );
      return;
    }
    const before = firstAbove(this.#ends, this.#part.invoke(row) - 1) - 1;
    const [highest, newest] = [this.#highest[before], this.#lastBegun[before]];
    if (highest === undefined || newest === undefined) return;
    // A program that has no word for "none" says 0, where 0 was not committed.
    const value = source === undefined ? -1 : (answer ?? -1);
    if (highest.offset <= value) return;
    if (source !== undefined && this.#end(source) > this.#part.invoke(newest.row)) return;
    const witnesses = [...new Set([highest, newest])];
    this.#say(
      'lost-commit',
      [row, ...witnesses.map((each) => each.row), ...(source === undefined ? [] : [source.row])],
      `${this.#told(row, answer)}, though before that ${listed(witnesses.map((each) => this.#ackText(each)))}.${this.#sourceText(source, newest)}`,
    );
  }

  /** Of the commits of this offset that may explain the answer, the one that ended last. */
  #lastSource(row: number, answer: number | undefined): Commit | undefined {
    let last: Commit | undefined;
    for (const commit of this.#byOffset.get(answer ?? -1) ?? []) {
      if (this.#part.invoke(commit.row) > this.#part.returned(row)) break;
      if (last === undefined || this.#end(commit) > this.#end(last)) last = commit;
    }
    return last;
  }

  /** The event by which it had certainly happened. */
  #end({ row, acknowledged }: Commit): number {
    return acknowledged ? this.#part.returned(row) : Number.POSITIVE_INFINITY;
  }

  #told(row: number, answer: number | undefined): string {
    const part = this.#part;
    const what = answer === undefined ? 'nothing is committed' : `offset ${answer} is committed`;
    return `The ${part.f(row)} of event ${part.invoke(row)} was told at event ${part.returned(row)} that ${what} in ${this.#key}`;
  }

  #ackText({ row, offset }: Commit): string {
    const part = this.#part;
    return `the ${part.f(row)} of event ${part.invoke(row)} had committed ${offset} (acknowledged at event ${part.returned(row)})`;
  }

  #sourceText(source: Commit | undefined, newest: Commit): string {
    if (source === undefined) return '';
    const part = this.#part;
    return ` The last commit of ${source.offset} that can be meant, by event ${part.invoke(source.row)}, had ended at event ${part.returned(source.row)}, before that of event ${part.invoke(newest.row)} began: it is neither the highest nor the latest.`;
  }
}
