/** Reads the parameters of a nemesis, as in `packet:loss,probability=0.3`. */
import { UsageError } from '../base/errors.ts';

export type Parameters = Readonly<Record<string, string>>;

export interface NumberRange {
  readonly min: number;
  readonly max: number;
}

/**
 * The number called `name`, or `otherwise` if it is not given.
 * @throws UsageError if it is not a number in the range.
 */
export function numberParameter(
  parameters: Parameters,
  name: string,
  otherwise: number,
  { min, max }: NumberRange,
): number {
  const text = parameters[name];
  if (text === undefined) return otherwise;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= min && value <= max))
    throw new UsageError(
      `nemesis parameter ${name}=${text}: expected a number from ${min} to ${max}.`,
    );
  return value;
}

/**
 * A duration in milliseconds: `50`, `50ms`, `2s`, `1min`.
 * @throws UsageError if it is not a duration in the range.
 */
export function millisecondsParameter(
  parameters: Parameters,
  name: string,
  otherwiseMs: number,
  { min, max }: NumberRange,
): number {
  const text = parameters[name];
  if (text === undefined) return otherwiseMs;
  const parsed = /^\s*([+-]?\d+(?:\.\d+)?)\s*(ms|s|min|)\s*$/.exec(text);
  const unit = { '': 1, ms: 1, s: 1000, min: 60_000 }[parsed?.[2] ?? ''] ?? 1;
  const valueMs = parsed === null ? Number.NaN : Number(parsed[1]) * unit;
  if (!(valueMs >= min && valueMs <= max))
    throw new UsageError(
      `nemesis parameter ${name}=${text}: expected a duration from ${min} ms to ${max} ms, such as 50ms or 2s.`,
    );
  return valueMs;
}

/**
 * An amount of memory in bytes: `1048576`, `512K`, `16M`, `1G` (of 1024).
 * @throws UsageError if it is not an amount in the range, which is in bytes.
 */
export function bytesParameter(
  parameters: Parameters,
  name: string,
  otherwiseBytes: number,
  { min, max }: NumberRange,
): number {
  const text = parameters[name];
  if (text === undefined) return otherwiseBytes;
  const parsed = /^\s*(\d+(?:\.\d+)?)\s*(K|M|G|)(?:i?B)?\s*$/i.exec(text);
  const unit = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 }[parsed?.[2]?.toUpperCase() ?? ''] ?? 1;
  const bytes = parsed === null ? Number.NaN : Math.round(Number(parsed[1]) * unit);
  if (!(bytes >= min && bytes <= max))
    throw new UsageError(
      `nemesis parameter ${name}=${text}: expected an amount of memory from ${min} to ${max} bytes, such as 16M.`,
    );
  return bytes;
}
