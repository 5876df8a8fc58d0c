/** Operations on a key-value text, as its algorithm reads them. */
import type { Json } from '../../../base/json.ts';
import type { ChainTable } from './chains.ts';
import type { Timeline } from './timeline.ts';

export const kvCode = { get: 1, put: 2, append: 3 } as const;

/** Written texts are numbered from 1; 0 stands for the initial text. */
export interface KvTexts {
  readonly timeline: Timeline;
  readonly initial: string;
  readonly texts: readonly string[];
  /** By operation: the token put or appended, or the last token that a get returned. */
  readonly token: Int32Array;
  /** By table id of a returned text: the tokens that it is made of. */
  readonly cut: ReadonlyMap<number, readonly number[]>;
}

export interface KvLinks {
  readonly table: ChainTable;
  /** By token the get that first showed it after the token before it. */
  readonly shownBy: Int32Array;
}

/** Numbers count as their digits and null as the empty text, as in the model. */
export function textOf(value: Json): string | undefined {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}
