/** What a completion script is made from. */

/** What a word may be. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isList: boolean }
  /** Variants of the target that stands on the line, or of all. */
  | { readonly kind: 'variants' }
  /** Runs of `histories/runs`, and files. */
  | { readonly kind: 'runs' }
  | { readonly kind: 'files' }
  /** Whatever the user likes: a number, a pattern. */
  | { readonly kind: 'free' };

export interface CompletedFlag {
  readonly name: string;
  readonly char: string | null;
  readonly summary: string;
  /** Null: it takes no value. */
  readonly value: Candidates | null;
}

interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly CompletedFlag[];
  readonly argument: Candidates | null;
}

export interface CompletionTable {
  readonly commands: readonly CompletedCommand[];
  /** By target. */
  readonly variants: Readonly<Record<string, readonly string[]>>;
}

/** The words of several flags are often the same: each list stands in the script once. */
export function namedLists(table: CompletionTable): ReadonlyMap<string, string> {
  const lists = new Map<string, string>();
  const all = table.commands.flatMap(({ argument, flags }) => [
    argument,
    ...flags.map(({ value }) => value),
  ]);
  for (const candidates of all) {
    if (candidates?.kind !== 'words') continue;
    const text = candidates.words.join(' ');
    if (!lists.has(text)) lists.set(text, `_dsx_words_${lists.size}`);
  }
  return lists;
}
