/** Random event lists that make sense: for the laws of readers, writers and the journal. */
import fc from 'fast-check';
import type { Json } from '../../src/base/json.ts';
import type { HistoryEvent, OpError } from '../../src/history/event.ts';

interface Step {
  readonly client: number;
  readonly outcome: 'ok' | 'fail' | 'info';
  readonly f: string;
  readonly key: Json | undefined;
  readonly input: Json | undefined;
  readonly output: Json;
  readonly node: string | undefined;
  readonly error: OpError;
  readonly final: boolean;
  readonly waitNs: number;
}

/** Values whose numbers JSON carries exactly, and whose integers a number holds exactly. */
const exactValue: fc.Arbitrary<Json> = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => exact(value as Json));

function exact(value: Json): Json {
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? 0.5 : value === 0 ? 0 : value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(exact);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, exact(item)]));
}

const text = fc.string({ maxLength: 8, unit: 'grapheme' });
/** With a colon in front it would be a keyword, whose colon does not belong to its name. */
const name = text.filter((each) => !each.startsWith(':'));

const step: fc.Arbitrary<Step> = fc.record({
  client: fc.integer({ min: 0, max: 4 }),
  outcome: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'info'),
  f: fc.oneof(fc.constantFrom('read', 'write', 'cas', 'txn'), name),
  key: fc.oneof(fc.constant(undefined), fc.integer(), text, exactValue),
  input: fc.oneof(fc.constant(undefined), fc.constant(null), fc.integer(), text, exactValue),
  output: fc.oneof(fc.constant(null), fc.nat(), exactValue),
  node: fc.oneof(fc.constant(undefined), fc.constantFrom('n1', 'n2'), text),
  error: fc.tuple(fc.oneof(fc.constantFrom('timeout', 'net'), name), text),
  final: fc.boolean(),
  waitNs: fc.nat({ max: 1e9 }),
});

/**
 * Each step invokes a client's operation, or completes the one it has open; now and then the
 * nemesis says something. Completions carry key and value, as dsx records them.
 */
export const eventList: fc.Arbitrary<readonly HistoryEvent[]> = fc
  .array(step, { maxLength: 40 })
  .map((steps) => {
    const events: HistoryEvent[] = [];
    const processes = [0, 1, 2, 3, 4];
    const open = new Map<number, Step>();
    let time = 0;
    for (const next of steps) {
      time += next.waitNs;
      const { client, final } = next;
      const process = processes[client] ?? 0;
      const begun = open.get(client);
      const { f, key, input, node } = begun ?? next;
      const shared = { index: events.length, time, ...present({ f, key, node }) };
      const asked = present({ value: input });
      const marked = final ? { final } : {};
      if (begun !== undefined) {
        open.delete(client);
        events.push({ ...shared, ...asked, ...marked, ...ending(next), process });
        if (next.outcome === 'info') processes[client] = process + 5;
      } else if (next.waitNs % 10 === 0)
        events.push({ ...shared, ...asked, ...marked, type: 'info', process: 'nemesis' });
      else {
        open.set(client, next);
        events.push({ ...shared, ...asked, ...marked, type: 'invoke', process });
      }
    }
    return events;
  });

/** What a completion has that its invocation had not; an ok answers, the others explain. */
function ending({ outcome, output, error }: Step): Pick<HistoryEvent, 'type' | 'value' | 'error'> {
  return outcome === 'ok' ? { type: outcome, value: output } : { type: outcome, error };
}

type Present<Fields> = { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };

/** Without the fields that are undefined: an event has a field or has it not. */
function present<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Present<Fields>;
}
