/** How to start the program of a bundled target: the same from source and from `dist`. */
import { fileURLToPath } from 'node:url';
import type { NodeProgram } from './contract/target.ts';

/**
 * The program `path` (no ending, as in `./raft/node`) beside the running copy of the file
 * whose `import.meta.url` is given.
 */
export function nodeScript(from: string, path: string, args: readonly string[]): NodeProgram {
  const isSource = from.endsWith('.ts');
  const file = fileURLToPath(new URL(`${path}${isSource ? '.ts' : '.js'}`, from));
  const loader = isSource ? ['--import', import.meta.resolve('tsx')] : [];
  return { command: process.execPath, args: [...loader, file, ...args], env: {} };
}
