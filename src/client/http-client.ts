/**
 * A client for any server that speaks HTTP, described and not programmed: for each function of
 * a workload one request, and what its answers mean.
 *
 * An answer that no rule knows is of unknown outcome. That is the safe side: an operation
 * that is wrongly taken for failed makes a false alarm, one that is wrongly taken for unknown
 * only makes the checker work harder.
 */
import { isArray, isObject, type Json } from '../base/json.ts';
import type { Client, ClientOp } from '../contract/client.ts';
import type { ServerClientPlace } from '../contract/target.ts';
import type { Outcome } from '../history/event.ts';
import { failedRequest } from './request-errors.ts';
import { fill } from './template.ts';

/** Statuses from `from` to `to`, or a body in which `pattern` is found. */
export type AnswerRule =
  | { readonly kind: 'status'; readonly from: number; readonly to: number }
  | { readonly kind: 'body'; readonly pattern: RegExp };

export interface HttpCall {
  readonly method: string;
  /** With places for `{address}`, `{node}`, `{key}`, `{value}`, `{from}` and `{to}`. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The same places, filled in as JSON. */
  readonly body: string | null;
  /** Where in the answer the result is: names and numbers, joined by dots; '': all of it. */
  readonly result: string;
  /** Rules in order of their weight: the first kind that knows an answer decides. */
  readonly answers: {
    /** There is no value yet: a read succeeds with null. */
    readonly none: readonly AnswerRule[];
    /** It certainly did not happen. */
    readonly fail: readonly AnswerRule[];
    readonly unknown: readonly AnswerRule[];
    readonly ok: readonly AnswerRule[];
  };
}

/** By function of the workload. */
export type HttpCalls = Readonly<Record<string, HttpCall>>;

/** The function that changes nothing, by its name in every workload. */
const readF = 'read';

export function httpClient(calls: HttpCalls, place: ServerClientPlace): Client {
  return {
    async invoke(op, signal) {
      const call = calls[op.f];
      if (call === undefined)
        return { type: 'fail', error: ['not-described', `no request is described for ${op.f}`] };
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        const url = fill(call.url, (name) => encodeURIComponent(plain(valueOf(name, op, place))));
        const body = call.body === null ? null : fill(call.body, (name) => json(name, op, place));
        const { method, headers } = call;
        const response = await fetch(url, { method, headers, body, signal: limited });
        return outcomeOf(call, op, response.status, await response.text());
      } catch (thrown) {
        return failedRequest(thrown, op.f === readF);
      }
    },
    // `fetch` keeps its connections for all clients alike.
    close: async () => undefined,
  };
}

/** What the places of a request may be called, beside those of a node. */
export const requestPlaces: readonly string[] = ['key', 'value', 'from', 'to'];

function valueOf(name: string, op: ClientOp, place: ServerClientPlace): Json | undefined {
  const pair = isArray(op.value) ? op.value : [];
  switch (name) {
    case 'address':
      return place.address;
    case 'node':
      return place.node;
    case 'key':
      return op.key ?? 0;
    case 'value':
      return op.value;
    case 'from':
      return pair[0];
    case 'to':
      return pair[1];
    default:
      return undefined;
  }
}

function json(name: string, op: ClientOp, place: ServerClientPlace): string | undefined {
  const value = valueOf(name, op, place);
  return value === undefined ? undefined : JSON.stringify(value);
}

function plain(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Exported for tests: the outcome that an answer stands for. */
export function outcomeOf(call: HttpCall, op: ClientOp, status: number, body: string): Outcome {
  const knows = (rules: readonly AnswerRule[]): boolean =>
    rules.some((rule) =>
      rule.kind === 'status' ? status >= rule.from && status <= rule.to : rule.pattern.test(body),
    );
  const isRead = op.f === readF;
  const said = `${status} ${body.slice(0, 200).trim()}`.trim();
  if (isRead && knows(call.answers.none)) return { type: 'ok', value: null };
  if (knows(call.answers.fail)) return { type: 'fail', error: ['refused', said] };
  if (knows(call.answers.unknown) || !knows(call.answers.ok))
    return { type: isRead ? 'fail' : 'info', error: [`http-${status}`, said] };
  if (!isRead && call.result === '') return { type: 'ok', value: op.value };
  const value = resultAt(body, call.result);
  if (value !== undefined) return { type: 'ok', value };
  const text = `no ${call.result} in the answer ${said}`;
  return { type: isRead ? 'fail' : 'info', error: ['malformed-answer', text] };
}

/** The value at a path of names and numbers; a body that is no JSON is a text. */
function resultAt(body: string, path: string): Json | undefined {
  let value: Json | undefined = parsed(body);
  if (path === '') return value;
  for (const step of path.split('.')) {
    if (isArray(value)) value = value[Number(step)];
    else if (isObject(value)) value = value[step];
    else return undefined;
  }
  // A number that travels as a text is a number still: workloads write numbers.
  return typeof value === 'string' ? parsed(value) : value;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text.trim();
  }
}
