/** Colours, where the stream shows them and NO_COLOR does not forbid them. */
import { Chalk } from 'chalk';
import type { Paint } from '../report/paint.ts';

export function paintFor(stream: { readonly isTTY?: boolean }): Paint {
  const { NO_COLOR: no, FORCE_COLOR: force } = process.env;
  const forced = force !== undefined && force !== '' && force !== '0';
  const wanted = (no === undefined || no === '') && (forced || stream.isTTY === true);
  return new Chalk({ level: wanted ? 1 : 0 });
}
