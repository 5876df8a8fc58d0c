/**
 * A resource that a lock guards, and that keeps a record of the writes that it accepted, in its
 * order, each under the fencing token of the lock's holder (Kleppmann, "How to do distributed
 * locking", 2016). Tokens in that order never fall: else a former holder wrote after its
 * successor did.
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `write` | `{"token": n, "value": v}`; values are distinct | –: it was accepted |
 * | `read` | null | `[[n, v], …]`: the accepted writes, oldest first |
 *
 * A read is taken to show the resource as it is, so what was acknowledged before it is in it.
 */
import { canonical, isArray, isObject, type Json } from '../../base/json.ts';
import type { Checker } from '../checker.ts';
import {
  AnomalyList,
  elementKey,
  elementsOf,
  type Finding,
  invariant,
  type Part,
  tooFew,
} from './invariant.ts';

const model = 'fenced-resource';

export function fencedResource(write = 'write', read = 'read'): Checker {
  return invariant({
    name: model,
    summary: 'no former holder of the lock writes to what it guards',
    method: `each ok ${read}: tokens never fall along the accepted writes; of the ${write}s that were acknowledged before it none is missing, and none that was refused is there`,
    judge: (part) => judge(part, write, read),
  });
}

interface Accepted {
  readonly token: number;
  readonly value: Json;
}

function judge(part: Part, write: string, read: string): Finding {
  const anomalies = new AnomalyList(part);
  const writers = new Map<number | string, number>();
  for (const row of part.rowsOf(write)) {
    const input = part.input(row);
    if (isObject(input)) writers.set(elementKey(input['value'] ?? null), row);
  }
  let [readCount, acceptedMost, tokenMost] = [0, 0, 0];
  for (const row of part.rowsOf(read)) {
    const accepted = part.isOk(row) ? acceptedIn(part.output(row)) : undefined;
    if (accepted === undefined) continue;
    readCount += 1;
    acceptedMost = Math.max(acceptedMost, accepted.length);
    tokenMost = Math.max(tokenMost, new Set(accepted.map(({ token }) => token)).size);
    judgeOrder(part, row, { accepted, writers, anomalies });
    judgeContent(part, row, { accepted, writers, anomalies });
  }
  const details = { readCount, longestRecord: acceptedMost, highestTokenCount: tokenMost };
  if (tokenMost > 1) return { anomalies, details };
  const message =
    readCount === 0 ? `no ${read} succeeded` : 'nobody wrote after another: no token to compare';
  return { anomalies, details, ...tooFew(message) };
}

interface Seen {
  readonly accepted: readonly Accepted[];
  readonly writers: ReadonlyMap<number | string, number>;
  readonly anomalies: AnomalyList;
}

/** The first write whose token is less than one before it. */
function judgeOrder(part: Part, row: number, { accepted, writers, anomalies }: Seen): void {
  let top: Accepted | undefined;
  for (const each of accepted) {
    if (top === undefined || each.token >= top.token) {
      top = each;
      continue;
    }
    const [newer, older] = [top, each];
    const rows = [newer, older].map(({ value }) => writers.get(elementKey(value)));
    anomalies.add(() => ({
      type: 'stale-token-accepted',
      model,
      operations: [row, ...rows.filter((known) => known !== undefined)].map((each) =>
        part.invoke(each),
      ),
      explanation: `The resource, as read at event ${part.invoke(row)}, accepted ${canonical(newer.value)} under token ${newer.token} and after it ${canonical(older.value)} under the older token ${older.token}: its writer held the lock no more, as ${newer.token} had been given to another.`,
    }));
    return;
  }
}

function judgeContent(part: Part, row: number, { accepted, writers, anomalies }: Seen): void {
  const there = new Set(accepted.map(({ value }) => elementKey(value)));
  const say = (type: string, writer: number | undefined, text: string): void => {
    anomalies.add(() => ({
      type,
      model,
      operations: [row, ...(writer === undefined ? [] : [writer])].map((each) => part.invoke(each)),
      explanation: `The read of event ${part.invoke(row)} (ok at ${part.returned(row)}) ${text}`,
    }));
  };
  for (const { value } of accepted) {
    const writer = writers.get(elementKey(value));
    if (writer === undefined) say('phantom', writer, `shows ${canonical(value)}: nobody wrote it.`);
    else if (part.failed(writer))
      say(
        'refused-write-took-effect',
        writer,
        `shows ${canonical(value)}, whose write (event ${part.invoke(writer)}) was refused.`,
      );
  }
  for (const [key, writer] of writers)
    if (part.returned(writer) < part.invoke(row) && !there.has(key))
      say(
        'lost-write',
        writer,
        `lacks ${canonical(part.input(writer))}, which was acknowledged at event ${part.returned(writer)}.`,
      );
}

function acceptedIn(value: Json): readonly Accepted[] | undefined {
  const elements = elementsOf(value);
  if (elements === undefined) return undefined;
  const accepted: Accepted[] = [];
  for (const element of elements) {
    if (!isArray(element)) return undefined;
    const [token, written = null] = element;
    if (typeof token !== 'number') return undefined;
    accepted.push({ token, value: written });
  }
  return accepted;
}
