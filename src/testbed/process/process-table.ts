/**
 * Which processes belong to a node, and what they are doing. A node is the process group
 * that dsx made for it, and what its members started since, even in a group of their own.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { execa } from 'execa';

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** One letter as in `ps`: R, S, D, T, Z, … */
  readonly state: string;
  /** Of its program, as `ps` has it. */
  readonly name: string;
}

const hasProcfs = existsSync('/proc/self/stat');

/** The living members of the group and their living descendants. Zombies are not alive. */
export async function membersOf(group: number): Promise<readonly ProcessEntry[]> {
  const living = (await allProcesses()).filter((entry) => !isDead(entry.state));
  const members = new Map<number, ProcessEntry>();
  for (const entry of living) if (entry.group === group) members.set(entry.pid, entry);
  // A parent may come after its child in the table, so go round until nothing is new.
  for (let size = -1; size !== members.size; ) {
    size = members.size;
    for (const entry of living) if (members.has(entry.parent)) members.set(entry.pid, entry);
  }
  return [...members.values()];
}

/** Those of `entries` that still live. */
export async function stillLiving(
  entries: readonly ProcessEntry[],
): Promise<readonly ProcessEntry[]> {
  if (entries.length === 0) return [];
  const pids = new Set(entries.map((entry) => entry.pid));
  return (await allProcesses()).filter((entry) => pids.has(entry.pid) && !isDead(entry.state));
}

/**
 * Those of `members`, a whole process tree, that can still run: not every thread is stopped.
 *
 * A parent that waits in vfork(2) for a child that was stopped before its exec cannot stop: it
 * sleeps in state D, and its SIGSTOP waits with it. It runs no instruction of its own until
 * the child goes on, so D counts as stopped where a child is.
 */
export function stillMoving(members: readonly ProcessEntry[]): readonly ProcessEntry[] {
  const states = new Map(members.map((entry) => [entry.pid, statesOf(entry)]));
  const isStill = (state: string): boolean => state === 'T' || state === 't' || isDead(state);
  const stoppedParents = new Set<number>();
  for (const { pid, parent } of members) {
    if (states.get(pid)?.every(isStill) === true) stoppedParents.add(parent);
  }
  return members.filter(({ pid }) => {
    const waits = stoppedParents.has(pid);
    return states.get(pid)?.every((state) => isStill(state) || (waits && state === 'D')) !== true;
  });
}

/** Of every thread: SIGSTOP reaches them one after another, and the process shows its first. */
function statesOf(entry: ProcessEntry): readonly string[] {
  return hasProcfs ? threadStates(entry.pid) : [entry.state];
}

function isDead(state: string): boolean {
  return state === 'Z' || state === 'X' || state === 'x';
}

async function allProcesses(): Promise<readonly ProcessEntry[]> {
  return hasProcfs ? fromProcfs() : fromPs();
}

function fromProcfs(): ProcessEntry[] {
  const entries: ProcessEntry[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const text = statText(`/proc/${name}/stat`);
    if (text === undefined) continue;
    const [state = '', parent = '', group = ''] = statFields(text);
    entries.push({
      ...{ pid, parent: Number(parent), group: Number(group), state },
      name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
    });
  }
  return entries;
}

async function fromPs(): Promise<ProcessEntry[]> {
  const { stdout } = await execa('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,comm=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent, group, state, ...path] = line.trim().split(/\s+/);
    if (pid === undefined || state === undefined) return [];
    const name = basename(path.join(' '));
    const numbers = { pid: Number(pid), parent: Number(parent), group: Number(group) };
    return [{ ...numbers, state: state.slice(0, 1), name }];
  });
}

function threadStates(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
      const text = statText(`/proc/${pid}/task/${thread}/stat`);
      const state = text === undefined ? undefined : statFields(text)[0];
      return state === undefined ? [] : [state];
    });
  } catch {
    // The process has ended meanwhile.
    return [];
  }
}

/** The fields of a stat line after the program's name, which may itself contain anything. */
function statFields(text: string): string[] {
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function statText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    // The process has ended since the folder was listed.
    return undefined;
  }
}
