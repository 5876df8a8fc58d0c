/** Which processes belong to a node: its root and all descendants. */
import { readdirSync, readFileSync } from 'node:fs';

/**
 * Process ids of the tree under `rootPid`, the root first; empty if it is gone. Cheap enough
 * to be asked many times a second: it reads the tree's own threads and not the whole of
 * `/proc`. A descendant whose parent has ended belongs to nobody's tree any more.
 */
export function processTree(rootPid: number): readonly number[] {
  const pids = [rootPid];
  // The list grows while it is walked.
  for (const pid of pids) {
    const children = childrenOf(pid);
    if (children === undefined) {
      if (pid === rootPid) return [];
      continue;
    }
    pids.push(...children.filter((child) => !pids.includes(child)));
  }
  return pids;
}

/** The kernel's mark on a process that is about to end (PF_EXITING). */
const exitingFlag = 4;

/** True if the process is gone, dead and not yet waited for, or about to end. */
export function isEnding(pid: number): boolean {
  const text = readOrNothing(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The name of the program, in brackets, may hold anything.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  const [state = 'X'] = fields;
  return /[ZXx]/.test(state) || (Number(fields[6]) & exitingFlag) !== 0;
}

/** Undefined if the process is gone. Each thread has children of its own. */
function childrenOf(pid: number): readonly number[] | undefined {
  const threads = readOrNothing(() => readdirSync(`/proc/${pid}/task`));
  return threads?.flatMap((thread) => {
    const text = readOrNothing(() =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim(),
    );
    return text === undefined || text === '' ? [] : text.split(' ').map(Number);
  });
}

/** Undefined for a process or thread that ended meanwhile. */
function readOrNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
