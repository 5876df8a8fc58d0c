/** The `--variant NAME` of a program's command line: which of its builds it is to be. */
import type { NodeContext } from './context.ts';

/** @param known the first is the default. @throws Error if it is another. */
export function variantOf<Name extends string>(
  { args }: NodeContext,
  known: readonly [Name, ...Name[]],
): Name {
  const at = args.indexOf('--variant');
  if (at === -1) return known[0];
  const found = known.find((name) => name === args[at + 1]);
  if (found !== undefined) return found;
  throw new Error(`there is no variant "${args[at + 1] ?? ''}"; there are ${known.join(', ')}`);
}
