/** The map of models on a terminal. */
import { type Json } from '../base/json.ts';
import { type Screen } from './terminal.ts';
/** The map of models, one line each: what held, what is violated by what, what is not known. */
export declare function mapLines(
  map: readonly Json[],
  { paint, columns }: Screen,
): readonly string[];
