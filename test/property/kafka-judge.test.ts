/** Logs in the manner of Kafka against a naive judge: each anomaly in the words of its definition. */
import { test } from 'vitest';
import type { Json } from '../../src/base/json.ts';
import type { Random } from '../../src/base/prng.ts';
import { kafka } from '../../src/checker/invariant/kafka/kafka.ts';
import {
  type Asked,
  agree,
  type Judged,
  one,
  type Plain,
  type SmallPlan,
} from '../support/naive-judges.ts';

const runs = Number(process.env['DSX_RUNS'] ?? 1000);
const keys = ['x', 'y'];

type Step = readonly [f: string, key: string, message: Json];
type Entry = readonly [offset: number, value: Json];
type Shown = Readonly<Record<string, readonly Entry[]>>;

/** Logs that are kept, and consumers that go through them; now and then one of them is wrong. */
class Logs {
  readonly #random: Random;
  readonly #lie: number;
  readonly #logs: Record<string, Json[]> = { x: [], y: [] };
  readonly #places = new Map<string, number>();

  constructor(random: Random, lie: number) {
    this.#random = random;
    this.#lie = lie;
  }

  send(key: string, message: Json): Json {
    const log = this.#logs[key] ?? [];
    if (this.#lies()) return [this.#random.int(4), message];
    if (this.#lies()) return message;
    if (!this.#lies()) log.push(message);
    if (this.#lies()) log.splice(this.#random.int(log.length + 1), 0, message);
    return [log.includes(message) ? log.indexOf(message) : log.length, message];
  }

  poll(process: number): Json {
    const shown: Record<string, Json> = {};
    for (const key of keys) {
      const log = this.#logs[key] ?? [];
      const name = `${process} ${key}`;
      const place = this.#lies() ? this.#random.int(4) : (this.#places.get(name) ?? 0);
      const to = this.#random.chance(0.7) ? log.length : Math.min(log.length, place + 1);
      this.#places.set(name, Math.max(to, place));
      const entries: Json[] = log.slice(place, to).map((message, i) => [place + i, message]);
      if (this.#lies()) entries.splice(0, 1);
      if (this.#lies()) entries.push([this.#random.int(4), this.#random.int(7)]);
      if (this.#lies()) entries.reverse();
      if (entries.length > 0) shown[key] = entries;
    }
    return ['poll', shown];
  }

  #lies(): boolean {
    return this.#random.chance(this.#lie);
  }
}

function logging(random: Random): SmallPlan {
  const logs = new Logs(random, random.chance(0.4) ? 0 : 0.06);
  let last = 0;
  const assign = (input: Json): Asked => ({ f: 'assign', input, answer: () => input });
  const poll = (process: number): Asked => ({
    f: 'poll',
    input: [['poll']],
    answer: () => [logs.poll(process)],
  });
  const assigned = new Set<number>();
  return {
    operations: 9,
    clients: 3,
    fail: 0.06,
    info: 0.06,
    ask: (drawn, _place, process): Asked => {
      if (!assigned.has(process)) {
        assigned.add(process);
        return assign(keys);
      }
      const draw = drawn.unit();
      if (draw < 0.05)
        return assign(one<Json>(drawn, [['x'], { keys, seek: 'beginning' }, { keys }]));
      if (draw < 0.35) return poll(process);
      const steps = Array.from({ length: draw < 0.7 ? 2 : 1 }, (): Json => {
        if (draw < 0.65 && drawn.chance(0.4)) return ['poll'];
        last += 1;
        return ['send', one(drawn, keys), drawn.chance(0.03) ? 1 : last];
      });
      const answer = (): Json =>
        steps.map((step) => {
          const [f, key, message] = step as unknown as Step;
          return f === 'poll' ? logs.poll(process) : ['send', key, logs.send(key, message)];
        });
      return { f: draw < 0.7 ? 'txn' : 'send', input: steps, answer };
    },
    finals: (drawn) =>
      drawn.chance(0.7)
        ? [assign(keys), ...Array.from({ length: 1 + drawn.int(3) }, () => poll(0))]
        : [],
  };
}

interface Sent {
  readonly op: Plain;
  readonly key: string;
  readonly value: Json;
  readonly offset: number | undefined;
}

interface Polled {
  readonly op: Plain;
  readonly key: string;
  readonly value: Json;
  readonly offset: number;
}

function sentBy(op: Plain): readonly Sent[] {
  if (op.f === 'assign') return [];
  return (op.input as unknown as readonly Step[]).flatMap(([f, key, value], i) => {
    if (f !== 'send') return [];
    const answer = op.isOk ? (op.output as readonly (readonly Json[])[])[i]?.[2] : undefined;
    const offset = Array.isArray(answer) ? Number(answer[0]) : undefined;
    return [{ op, key, value, offset }];
  });
}

function polledBy(op: Plain): readonly Polled[] {
  if (op.f === 'assign' || !op.isOk) return [];
  return (op.output as readonly (readonly Json[])[]).flatMap(([f, shown]) =>
    f === 'poll'
      ? Object.entries(shown as unknown as Shown).flatMap(([key, entries]) =>
          entries.map(([offset, value]) => ({ op, key, value, offset })),
        )
      : [],
  );
}

interface World {
  readonly operations: readonly Plain[];
  readonly sent: readonly Sent[];
  readonly polled: readonly Polled[];
  /** All that is known to lie somewhere. */
  readonly places: readonly Polled[];
}

function worldOf(operations: readonly Plain[]): World {
  const sent = operations.flatMap(sentBy);
  const polled = operations.flatMap(polledBy);
  const told = sent.flatMap(({ op, key, value, offset }) =>
    offset === undefined ? [] : [{ op, key, value, offset }],
  );
  return { operations, sent, polled, places: [...told, ...polled] };
}

const isSame = (
  a: { readonly key: string; readonly value: Json },
  b: { readonly key: string; readonly value: Json },
): boolean => a.key === b.key && a.value === b.value;

/** Anomalies of single messages and places. */
function ofMessages({ sent, polled, places }: World): Set<string> {
  const types = new Set<string>();
  for (const a of places) {
    if (places.some((b) => b.key === a.key && b.offset === a.offset && b.value !== a.value))
      types.add('inconsistent-offsets');
    const sends = sent.filter((each) => isSame(each, a) && !each.op.failed).length;
    const offsets = new Set(places.filter((each) => isSame(each, a)).map(({ offset }) => offset));
    if (offsets.size > Math.max(1, sends)) types.add('duplicate');
  }
  for (const poll of polled) {
    const sends = sent.filter((each) => isSame(each, poll));
    const happened = sends.filter(({ op }) => !op.failed);
    if (sends.length === 0) types.add('phantom');
    else if (happened.length === 0) types.add('G1a');
    else if (happened.every(({ op }) => op.begin > poll.op.end)) types.add('future-read');
    if (happened.length <= 1 && happened.some(({ op }) => op === poll.op))
      types.add('precommitted-read');
  }
  return types;
}

/** Acknowledged messages that nobody polled. */
function ofLosses({ operations, sent, polled, places }: World): Judged {
  const types = new Set<string>();
  let open = false;
  const polls = operations.filter(
    ({ f, final, isOk, input }) =>
      f !== 'assign' &&
      final &&
      isOk &&
      (input as readonly Json[]).some((step) => (step as readonly Json[])[0] === 'poll'),
  );
  for (const message of sent.filter(({ op }) => op.isOk)) {
    if (polled.some((each) => isSame(each, message))) continue;
    const lowest = Math.min(
      ...places.filter((each) => isSame(each, message)).map(({ offset }) => offset),
    );
    const highest = Math.max(
      -1,
      ...polled.filter(({ key }) => key === message.key).map(({ offset }) => offset),
    );
    if (lowest <= highest) {
      types.add('lost-write');
      continue;
    }
    const looks = polls.filter(
      (poll) =>
        hasKey(operations, poll, message.key) ||
        polledBy(poll).some(({ key }) => key === message.key),
    );
    const last = looks.at(-1);
    const acknowledged = Math.min(
      ...sent.filter((each) => isSame(each, message)).map(({ op }) => op.end),
    );
    const isEmpty = last !== undefined && !polledBy(last).some(({ key }) => key === message.key);
    if (isEmpty && acknowledged < last.begin) types.add('unseen');
    else open = true;
  }
  return { types, open };
}

/** Whether the process of the poll had the key to poll. */
function hasKey(operations: readonly Plain[], poll: Plain, key: string): boolean {
  const assign = operations.findLast(
    ({ f, process, begin }) => f === 'assign' && process === poll.process && begin < poll.begin,
  );
  return assign?.isOk === true && keysIn(assign.input).includes(key);
}

function keysIn(input: Json): readonly Json[] {
  return Array.isArray(input) ? input : (input as { readonly keys: readonly Json[] }).keys;
}

/** Each consumer and each producer goes forward, and past nothing. */
function ofOrder({ operations, places }: World): Set<string> {
  const types = new Set<string>();
  for (const process of new Set(operations.map((op) => op.process)))
    for (const key of keys) {
      let place: Polled | undefined;
      let sent: Sent | undefined;
      for (const op of operations.filter((each) => each.process === process)) {
        if (op.f === 'assign') {
          const keeps = op.isOk && keysIn(op.input).includes(key);
          const seeks = JSON.stringify(op.input).includes('seek');
          if (!keeps || seeks) place = undefined;
        }
        for (const next of polledBy(op).filter((each) => each.key === key)) {
          const [before, inside] = [place, place?.op === op ? 'int-' : ''];
          place = next;
          if (before === undefined) continue;
          if (next.offset <= before.offset) types.add(`${inside}nonmonotonic-poll`);
          else if (
            places.some(
              (each) =>
                each.key === key && each.offset > before.offset && each.offset < next.offset,
            )
          )
            types.add(`${inside}poll-skip`);
        }
        for (const next of op.isOk ? sentBy(op) : []) {
          if (next.key !== key || next.offset === undefined) continue;
          const [before, inside] = [sent, sent?.op === op ? 'int-' : ''];
          sent = next;
          if (before?.offset !== undefined && next.offset <= before.offset)
            types.add(`${inside}nonmonotonic-send`);
        }
      }
    }
  return types;
}

/** Whether some operation comes before itself. */
function isCyclic(operations: readonly Plain[], before: (a: Plain, b: Plain) => boolean): boolean {
  let left = operations;
  for (;;) {
    const free = left.filter((b) => !left.some((a) => a !== b && before(a, b)));
    if (free.length === 0) return left.length > 0;
    left = left.filter((each) => !free.includes(each));
  }
}

function ofCycles({ operations, sent, polled }: World): Pick<Judged, 'also' | 'types'> {
  const live = operations.filter(({ f, failed }) => f !== 'assign' && !failed);
  const shows = (a: Plain, b: Plain): boolean =>
    polled.some((poll) => {
      const sends = sent.filter((each) => isSame(each, poll));
      return poll.op === b && sends.length === 1 && sends[0]?.op === a;
    });
  const isNext = (a: Plain, b: Plain): boolean => a.process === b.process && a.begin < b.begin;
  if (isCyclic(live, shows))
    return { types: new Set(['G1c']), also: new Set(['G1c-process', 'G1c-realtime']) };
  if (isCyclic(live, (a, b) => shows(a, b) || isNext(a, b)))
    return { types: new Set(['G1c-process']), also: new Set(['G1c-realtime']) };
  const isCycle = isCyclic(live, (a, b) => shows(a, b) || a.end < b.begin);
  return { types: new Set(isCycle ? ['G1c-realtime'] : []) };
}

function judged(operations: readonly Plain[]): Judged {
  const world = worldOf(operations);
  const losses = ofLosses(world);
  const { types: cycles, also = new Set() } = ofCycles(world);
  const types = new Set([...ofMessages(world), ...losses.types, ...ofOrder(world), ...cycles]);
  const nothing = !world.sent.some(({ op }) => op.isOk) || world.polled.length === 0;
  return { types, open: losses.open || nothing, also };
}

test('logs', () => {
  agree(kafka(), logging, judged, {
    runs,
    types: [
      'unknown',
      'inconsistent-offsets',
      'duplicate',
      'phantom',
      'future-read',
      'precommitted-read',
      'lost-write',
      'unseen',
      'poll-skip',
      'int-poll-skip',
      'nonmonotonic-poll',
      'int-nonmonotonic-poll',
      'nonmonotonic-send',
      'int-nonmonotonic-send',
    ],
  });
});
