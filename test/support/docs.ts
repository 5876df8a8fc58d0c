/** Documentation as tests read it: the files and commands that its pages show. */

export interface FencedFile {
  readonly name: string;
  readonly text: string;
}

/** Blocks that begin with the language and a file name: "```ts cache.test.ts". */
export function fencedFiles(page: string, language: string): readonly FencedFile[] {
  return [...page.matchAll(/^```(\w+) ([^\n]+)\n([\s\S]*?)^```$/gm)].flatMap(
    ([, found, name = '', text = '']) => (found === language ? [{ name, text }] : []),
  );
}
