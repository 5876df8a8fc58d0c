/** Documentation as tests read it: the files and commands that its pages show. */

export interface ShownBlock {
  /** What stands behind the fence: a language, and perhaps a file name. */
  readonly title: string;
  readonly text: string;
}

export interface ShownFile {
  readonly name: string;
  readonly text: string;
}

export interface ShownCommand {
  readonly line: string;
  /** Without `dsx`. */
  readonly args: readonly string[];
  readonly exitCode: number;
}

export function shownBlocks(page: string): readonly ShownBlock[] {
  return [...page.matchAll(/^```(\w+[^\n]*)\n([\s\S]*?)^```$/gm)].map(
    ([, title = '', text = '']) => ({ title, text }),
  );
}

/** Blocks that begin with the language and a file name: "```ts cache.test.ts". */
export function fencedFiles(page: string, language: string): readonly ShownFile[] {
  return shownBlocks(page).flatMap(({ title, text }) => {
    const [found, name] = title.split(' ');
    return found === language && name !== undefined ? [{ name, text }] : [];
  });
}

/** Lines such as `dsx doctor   # exits 0`. */
export function shownCommands(text: string): readonly ShownCommand[] {
  return text.split('\n').flatMap((line) => {
    const [, command, code] = /^dsx (.*?)\s+# exits (\d+)$/.exec(line) ?? [];
    return command === undefined ? [] : [{ line, args: wordsOf(command), exitCode: Number(code) }];
  });
}

/** As a shell splits them, with single quotes. */
export function wordsOf(command: string): readonly string[] {
  return (command.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^'(.*)'$/, '$1'));
}
