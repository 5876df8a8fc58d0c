/**
 * A test of a real system runs in a sandbox, in a dsx of its own. To load dsx takes longer than
 * to make the sandbox: so, where the command line leaves little doubt, the inner one is started
 * at once and loads, while the outer one reads its arguments and looks what this machine has.
 */
import { readFileSync } from 'node:fs';
import {
  anticipateSandbox,
  isAnticipated,
  isInSandbox,
  untilWanted,
} from '../testbed/netns/sandbox.ts';

/** Resolves when this dsx may go on; one that is not wanted ends here. */
export async function foresee(argv: readonly string[]): Promise<void> {
  if (isAnticipated()) {
    await Promise.all([untilWanted(), loadAll()]);
    return;
  }
  if (!isInSandbox() && wantsSandbox(argv)) anticipateSandbox();
}

/** What a run needs in any case. What is wrong with it shows when it is used. */
async function loadAll(): Promise<void> {
  await Promise.allSettled([import('./run-command.ts'), import('./test-command.ts')]);
}

/** A guess: it may be wrong in either direction, and costs only time then. */
function wantsSandbox(argv: readonly string[]): boolean {
  const [command] = argv;
  if (command !== 'test' || process.platform !== 'linux') return false;
  const after = (flag: string): string | undefined => {
    const at = argv.indexOf(flag);
    if (at >= 0) return argv[at + 1];
    return argv.find((word) => word.startsWith(`${flag}=`))?.slice(flag.length + 1);
  };
  if (argv.includes('--print-config') || after('--testbed') === 'loopback') return false;
  return sandboxedTargets().includes(after('--target') ?? '');
}

/** As the build found them; from source none. */
function sandboxedTargets(): readonly string[] {
  try {
    const file = new URL('../../sandboxed.json', import.meta.url);
    return JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
  } catch {
    return [];
  }
}
