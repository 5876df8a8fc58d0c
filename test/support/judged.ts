import type { Json } from '../../src/base/json.ts';
import type { Checker } from '../../src/checker/checker.ts';
import { anomaliesOf, type Verdict } from '../../src/checker/verdict.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { EventType, HistoryEvent } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';

/** Small histories written as events, one millisecond apart, and what a checker says of them. */
export type Line = Omit<HistoryEvent, 'index' | 'time'>;
export type More = Partial<Pick<HistoryEvent, 'key' | 'node' | 'final' | 'error'>>;

export const limits = { timeoutMs: 1000, memoryMb: 64, nowMs: () => 0 };

export function at(
  process: number,
  type: EventType,
  f: string,
  value?: Json,
  more: More = {},
): Line {
  return { process, type, f, ...(value === undefined ? {} : { value }), ...more };
}

/** An operation that nothing overlaps: two events. */
export function did(
  process: number,
  f: string,
  input: Json,
  output: Json = input,
  more: More = {},
): Line[] {
  return [at(process, 'invoke', f, input, more), at(process, 'ok', f, output)];
}

export function crashed(process: number, f: string, input: Json): Line[] {
  return [at(process, 'invoke', f, input), at(process, 'info', f, input)];
}

export function failed(process: number, f: string, input: Json, code = 'refused'): Line[] {
  return [at(process, 'invoke', f, input), at(process, 'fail', f, input, { error: [code, ''] })];
}

export function history(...lines: readonly (Line | Line[])[]): History {
  const builder = new HistoryBuilder();
  for (const [i, line] of lines.flat().entries()) builder.add({ time: i * 1_000_000, ...line });
  return builder.build();
}

export function judged(checker: Checker, ...lines: readonly (Line | Line[])[]): Verdict {
  return checker.check(history(...lines), limits);
}

export function typesOf(verdict: Verdict): readonly string[] {
  return anomaliesOf(verdict).map(({ type }) => type);
}
