/** Clocks of real processes: node, python, shells, threads, forks and pauses. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createProcessClocks, type ProcessClocks } from '../../src/testbed/clock/process-clocks.ts';
import { processTree } from '../../src/testbed/clock/process-tree.ts';

const { signal } = new AbortController();
const none = { offsetMs: 0, rate: 0 };
const isSupported = process.platform === 'linux' && process.arch === 'x64';

/** Programs that answer each line with `wall monotonic`, both in ms. */
const nodeProgram = `process.stdin.on('data', () => process.stdout.write(
  Date.now() + ' ' + Number(process.hrtime.bigint()) / 1e6 + '\\n'))`;
const pythonProgram = `
import sys, time
for line in sys.stdin:
    print(time.time() * 1000, time.monotonic() * 1000, flush=True)`;
/** Eight threads hammer the clock; a backward step is counted and told with each answer. */
const pythonThreads = `
import sys, time, threading
def hammer():
    while True:
        time.time(); time.clock_gettime(time.CLOCK_REALTIME)
for _ in range(8): threading.Thread(target=hammer, daemon=True).start()
for line in sys.stdin:
    print(time.time() * 1000, time.monotonic() * 1000, flush=True)`;
/** Answers through a child that it forks for each question. */
const pythonForks = `
import sys, time, os
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        print(time.time() * 1000, time.monotonic() * 1000, flush=True)
        os._exit(0)
    os.waitpid(pid, 0)`;

class Program {
  readonly child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.child = spawn(command, args);
    this.child.stderr.pipe(process.stderr);
    this.#lines = createInterface(this.child.stdout)[Symbol.asyncIterator]();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async ask(): Promise<{ wallMs: number; monotonicMs: number }> {
    this.child.stdin.write('?\n');
    const { value } = (await this.#lines.next()) as { value: string };
    const [wallMs = Number.NaN, monotonicMs = Number.NaN] = value.split(' ').map(Number);
    return { wallMs, monotonicMs };
  }

  /**
   * How far its wall clock is from being `offsetMs` ahead of the test's own: 0 if it may be just
   * that, as it was read at some moment between question and answer, however long those took.
   */
  async errorMs(offsetMs: number): Promise<number> {
    const beforeMs = Date.now();
    const { wallMs } = await this.ask();
    const afterMs = Date.now();
    const readMs = wallMs - offsetMs;
    return Math.max(0, beforeMs - readMs, readMs - afterMs);
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }
}

const programs: Program[] = [];
const opened: ProcessClocks[] = [];

function start(command: string, ...args: readonly string[]): Program {
  const program = new Program(command, args);
  programs.push(program);
  return program;
}

function clocksOf(nodes: Readonly<Record<string, () => readonly number[]>>): ProcessClocks {
  const clocks = createProcessClocks({ pids: (node) => nodes[node]?.() ?? [] });
  opened.push(clocks);
  return clocks;
}

function threadStates(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat[stat.lastIndexOf(')') + 2] ?? '';
}

const python = spawnSync('python3', ['-c', 'print(1)']).status === 0 ? 'python3' : undefined;

afterEach(async () => {
  for (const clocks of opened.splice(0)) clocks.close();
  for (const program of programs.splice(0)) await program.end();
});

test.skipIf(isSupported)('says why clocks cannot be skewed here', async () => {
  expect(await clocksOf({}).unsupported()).toMatch(/Linux only|x86-64 only/);
});

describe.skipIf(!isSupported)('on Linux x86-64', () => {
  let obstacle: string | undefined;
  beforeAll(async () => {
    obstacle = await clocksOf({}).unsupported();
  });

  test('the probe finds that clocks can be skewed', () => {
    expect(obstacle).toBeUndefined();
  });

  const cases = [
    { name: 'node', command: process.execPath, program: ['-e', nodeProgram] },
    ...(python === undefined
      ? []
      : [
          { name: 'python', command: python, program: ['-c', pythonProgram] },
          { name: 'python with 9 threads', command: python, program: ['-c', pythonThreads] },
          { name: 'a forked child of python', command: python, program: ['-c', pythonForks] },
        ]),
  ];

  test.each(cases)('a bump moves the wall clock of $name, and nothing else', async (item) => {
    const program = start(item.command, ...item.program);
    const clocks = clocksOf({ n1: () => processTree(program.pid) });
    const before = await program.ask();
    for (const offsetMs of [7_200_500, -1_800_000, 37]) {
      await clocks.set('n1', { offsetMs, rate: 0 }, signal);
      expect(await clocks.readOffsetMs('n1', signal)).toBe(offsetMs);
      expect(await program.errorMs(offsetMs)).toBeLessThan(10);
    }
    const { monotonicMs } = await program.ask();
    expect(monotonicMs).toBeGreaterThan(before.monotonicMs);
    expect(monotonicMs - before.monotonicMs).toBeLessThan(30_000);
    await clocks.set('n1', none, signal);
    expect(await clocks.readOffsetMs('n1', signal)).toBe(0);
    expect(await program.errorMs(0)).toBeLessThan(10);
  });

  test('a drifting clock gains at its rate', async () => {
    const program = start(process.execPath, '-e', nodeProgram);
    const clocks = clocksOf({ n1: () => [program.pid] });
    await program.ask();
    await clocks.set('n1', { offsetMs: 0, rate: 0.5 }, signal);
    const first = await program.ask();
    // Against which it is little if one of them is held up between its two readings.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const second = await program.ask();
    const monotonicMs = second.monotonicMs - first.monotonicMs;
    expect((second.wallMs - first.wallMs) / monotonicMs).toBeCloseTo(1.5, 1);
    expect(await clocks.readOffsetMs('n1', signal)).toBeGreaterThan(monotonicMs * 0.45);
  });

  test('a paused process is patched as it stands, and stays paused', async () => {
    const program = start(process.execPath, '-e', nodeProgram);
    const clocks = clocksOf({ n1: () => [program.pid] });
    await program.ask();
    program.child.kill('SIGSTOP');
    await clocks.set('n1', { offsetMs: 60_000, rate: 0 }, signal);
    expect(threadStates(program.pid)).toBe('T');
    await clocks.set('n1', { offsetMs: 90_000, rate: 0 }, signal);
    expect(threadStates(program.pid)).toBe('T');
    program.child.kill('SIGCONT');
    expect(await program.errorMs(90_000)).toBeLessThan(10);
  });

  test('a process whose pause is decided while it is patched is not resumed', async () => {
    const program = start(process.execPath, '-e', nodeProgram);
    const clocks = createProcessClocks({ pids: () => [program.pid], isPaused: () => true });
    opened.push(clocks);
    await program.ask();
    await clocks.set('n1', { offsetMs: 60_000, rate: 0 }, signal);
    expect(threadStates(program.pid)).toBe('T');
  });

  test('a restarted process gets the skew of its node', async () => {
    const programsOfNode = [start(process.execPath, '-e', nodeProgram)];
    const clocks = clocksOf({ n1: () => processTree(programsOfNode.at(-1)?.pid ?? 0) });
    await clocks.set('n1', { offsetMs: 500_000, rate: 0 }, signal);
    await programsOfNode[0]?.end();
    const restarted = start(process.execPath, '-e', nodeProgram);
    programsOfNode.push(restarted);
    await restarted.ask();
    await expect.poll(() => restarted.errorMs(500_000)).toBeLessThan(1000);
  });

  test('a program that replaces the patched one by exec gets the skew again', async () => {
    const shell = 'read line; exec "$0" -e "$1"';
    const program = start('/bin/sh', '-c', shell, process.execPath, nodeProgram);
    const clocks = clocksOf({ n1: () => [program.pid] });
    await clocks.set('n1', { offsetMs: 500_000, rate: 0 }, signal);
    program.child.stdin.write('go\n');
    await program.ask();
    await expect.poll(() => program.errorMs(500_000)).toBeLessThan(1000);
  });

  test('every process of the tree is skewed, and the shell above it too', async () => {
    const program = start('/bin/sh', '-c', '"$0" -e "$1"; true', process.execPath, nodeProgram);
    const clocks = clocksOf({ n1: () => processTree(program.pid) });
    await program.ask();
    expect(processTree(program.pid)).toHaveLength(2);
    await clocks.set('n1', { offsetMs: 500_000, rate: 0 }, signal);
    expect(await program.errorMs(500_000)).toBeLessThan(10);
    expect(await clocks.readOffsetMs('n1', signal)).toBe(500_000);
    for (const pid of processTree(program.pid).slice(1)) process.kill(pid, 'SIGKILL');
  });

  test('a node that is down is skewed when it comes up, and a reset forgets that', async () => {
    const clocks = clocksOf({ n1: () => [] });
    await clocks.set('n1', { offsetMs: 1000, rate: 0 }, signal);
    await expect(clocks.readOffsetMs('n1', signal)).rejects.toThrow(/none of its processes/);
    await clocks.set('n1', none, signal);
  });

  test('one node is skewed, and the other is not', async () => {
    const [a, b] = [
      start(process.execPath, '-e', nodeProgram),
      start(process.execPath, '-e', nodeProgram),
    ];
    const clocks = clocksOf({ n1: () => [a.pid], n2: () => [b.pid] });
    await Promise.all([a.ask(), b.ask()]);
    await clocks.set('n1', { offsetMs: 5000, rate: 0 }, signal);
    expect(await clocks.readOffsetMs('n2', signal)).toBe(0);
    expect(await b.errorMs(0)).toBeLessThan(10);
  });

  test.skipIf(python === undefined)(
    'a clock changed 500 times under load is always one of the two',
    async () => {
      // Counts readings that are neither near the real time nor near an hour ahead.
      const program = start(
        python ?? '',
        '-c',
        `
import sys, time, threading
base = time.time() - time.monotonic()
torn = [0]; reads = [0]
def hammer():
    while True:
        ahead = time.time() - time.monotonic() - base
        reads[0] += 1
        if not (abs(ahead) < 5 or abs(ahead - 3600) < 5): torn[0] += 1
for _ in range(4): threading.Thread(target=hammer, daemon=True).start()
for line in sys.stdin:
    print(torn[0], reads[0], flush=True)`,
      );
      const clocks = clocksOf({ n1: () => [program.pid] });
      await program.ask();
      for (let i = 0; i < 500; i += 1)
        await clocks.set('n1', { offsetMs: i % 2 === 0 ? 3_600_000 : 0, rate: 0 }, signal);
      const { wallMs: torn, monotonicMs: reads } = await program.ask();
      expect(torn).toBe(0);
      expect(reads).toBeGreaterThan(1000);
    },
  );
});
