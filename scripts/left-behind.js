/**
 * Kills dsx with SIGKILL in the middle of runs with every fault, and looks for what it left: a
 * process, a mount, an interface, a rule of nftables, a control group, a temporary file. What the
 * host has is compared before, during and after each run; also its clock.
 *
 *     node scripts/left-behind.js [--runs 50] [--seed 1] [--within 9] [--from fault] [-- what to run]
 *
 * Each kill comes at a random moment within so many seconds of the start of dsx or, with
 * `--from fault`, of the moment at which the first fault of the run is in force.
 *
 * Run it as root and as an ordinary user. Exits with 1 if anything was left, and says what.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  options: {
    runs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    within: { type: 'string', default: '9' },
    from: { type: 'string', default: 'start' },
  },
  allowPositionals: true,
});
const isRoot = process.getuid?.() === 0;
const program = resolve(import.meta.dirname, '../bin/run.js');
const withMemory = isRoot ? ',memory' : '';
const given =
  positionals.length > 0
    ? positionals
    : [
        ...['--target', 'etcd', '--workload', 'register', '--node-count', '3'],
        ...['--nemesis', `partition,packet,kill,pause,clock,disk,cpu${withMemory}`],
        ...['--nemesis-interval', '0.4', '--time-limit', '30'],
      ];
/** In the environment of all processes that the runs start, whatever they start. */
const mark = `DSX_LEFT_BEHIND=${process.pid}`;
/** What dies with dsx is gone by then, and so is what cleans up after it. */
const graceMs = 15_000;
const clockSlackMs = 500;
/** The outer dsx ends by itself when the inner one is gone. */
const innerEndMs = 3_000;
const folder = mkdtempSync(join(tmpdir(), 'dsx-left-behind-'));
const tempFolder = join(folder, 'tmp');
mkdirSync(tempFolder);
process.env['PATH'] += ':/usr/sbin:/sbin';

/** The same seed, the same moments. */
let state = Number(values.seed) * 2_654_435_761;
function draw() {
  state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
  return state / 2 ** 31;
}

const before = hostState();
/** What somebody else has left is not this script's to judge. */
const groupsBefore = new Set(controlGroups());
const faults = [];
const slowest = { ms: 0 };
for (let run = 1; run <= Number(values.runs); run += 1) await trial(run);
rmSync(folder, { recursive: true, force: true });
const runs = `${values.runs} runs killed as ${isRoot ? 'root' : 'an ordinary user'}`;
if (faults.length > 0) {
  process.stdout.write(`${runs}:\n${faults.join('\n')}\n`);
  process.exit(1);
}
process.stdout.write(
  `${runs}: nothing was left, and the host was the same all the time; the last process was gone after ${slowest.ms.toFixed(0)} ms at most\n`,
);

async function trial(run) {
  const waitMs = draw() * Number(values.within) * 1_000;
  const args = ['test', ...given, '--seed', String(run), '--out', join(folder, 'runs')];
  const child = spawn(process.execPath, [program, ...args], {
    cwd: folder,
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, TMPDIR: tempFolder, [mark.split('=')[0]]: String(process.pid) },
  });
  const ended = new Promise((done) => child.on('exit', done));
  if (values.from === 'fault') await untilFault(run, child);
  await Promise.race([sleep(waitMs), ended]);
  compare(`during run ${run}`);
  // Now and then it is the inner dsx that dies; then the outer one ends by itself.
  const victim = run % 5 === 0 ? innerOf(child.pid) : child.pid;
  const killedAtMs = performance.now();
  const wasRunning = kill(victim);
  const reached = furthest(run);
  // One that was not wanted yet is replaced, and the run goes on: then all of it is killed.
  if (victim !== child.pid) {
    await Promise.race([sleep(innerEndMs), ended]);
    if (child.exitCode === null && child.signalCode === null) kill(child.pid);
  }
  const left = await untilNone();
  const tookMs = performance.now() - killedAtMs;
  slowest.ms = Math.max(slowest.ms, tookMs);
  for (const text of left) faults.push(`run ${run}, killed after ${waitMs.toFixed(0)} ms: ${text}`);
  compare(`after run ${run}`);
  process.stderr.write(
    `run ${run}: ${victim === child.pid ? 'dsx' : 'the dsx in the sandbox'} killed after ${(waitMs / 1000).toFixed(1)} s (${reached}${wasRunning ? '' : ', had ended'}); ${left.length === 0 ? `nothing left after ${tookMs.toFixed(0)} ms` : left.join('; ')}\n`,
  );
}

/** How far the run had come: otherwise nobody knows what the kill has shown. */
function furthest(run) {
  const lines = historyOf(run);
  if (lines.length === 0) return 'before the first operation';
  return `${lines.length} events, ${faultEvents(lines)} of them faults`;
}

function historyOf(run) {
  try {
    const runsFolder = join(folder, 'runs');
    const own = readdirSync(runsFolder).find((name) => name.endsWith(`-${run}`));
    return readFileSync(join(runsFolder, own ?? '', 'history.jsonl'), 'utf8').split('\n');
  } catch {
    return [];
  }
}

function faultEvents(lines) {
  return lines.filter((line) => line.includes('"nemesis"')).length;
}

/** A fault has two events: it is asked for, and it is in force. */
async function untilFault(run, child) {
  while (child.exitCode === null && child.signalCode === null) {
    if (faultEvents(historyOf(run)) >= 2) return;
    await sleep(50);
  }
}

async function untilNone() {
  const giveUpAtMs = performance.now() + graceMs;
  for (;;) {
    const left = leftovers();
    if (left.length === 0 || performance.now() > giveUpAtMs) return left;
    await sleep(20);
  }
}

function leftovers() {
  const processes = markedPids().map((pid) => `process ${pid} (${commandOf(pid)})`);
  const files = readdirSync(tempFolder).map((name) => `temporary file ${name}`);
  const groups = controlGroups().filter((group) => !groupsBefore.has(group));
  return [...processes, ...files, ...groups];
}

/** Of the runs only: others may run dsx on this machine. */
function controlGroups() {
  const found = [];
  const look = (path, depth) => {
    for (const entry of entriesOf(path)) {
      const inner = join(path, entry.name);
      if (!entry.isDirectory()) continue;
      if (/^dsx-\d+-/.test(entry.name) && !isRunning(Number(entry.name.split('-')[1])))
        found.push(`control group ${inner}`);
      else if (depth > 0) look(inner, depth - 1);
    }
  };
  look('/sys/fs/cgroup', 4);
  return found;
}

function entriesOf(path) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return thrown.code === 'EPERM';
  }
}

function markedPids() {
  return readdirSync('/proc').filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      if (stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')) return false;
      return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
    } catch {
      return false;
    }
  });
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').slice(0, 80);
  } catch {
    return 'gone meanwhile';
  }
}

/** The dsx in the sandbox: child of the shell that is the child of `unshare`. */
function innerOf(pid) {
  const own = childrenOf(pid).find((child) => commandOf(child).includes('unshare'));
  const shell = own === undefined ? undefined : childrenOf(own)[0];
  return (shell === undefined ? undefined : childrenOf(shell)[0]) ?? pid;
}

function childrenOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** What the host has and dsx must not touch. */
function hostState() {
  return {
    interfaces: tell('ip', ['-o', 'link']),
    mounts: readFileSync('/proc/self/mounts', 'utf8'),
    // Nobody else may look at the rules, and nobody else can have changed them.
    rules: isRoot ? tell('nft', ['list', 'ruleset']) : '',
    clock: Date.now() - performance.now(),
  };
}

function tell(command, args) {
  return execFileSync(command, args, { encoding: 'utf8' });
}

function compare(when) {
  const now = hostState();
  for (const what of ['interfaces', 'mounts', 'rules'])
    if (now[what] !== before[what])
      faults.push(`${when}: the host's ${what} are not as before:\n${now[what]}`);
  const offMs = Math.abs(now.clock - before.clock);
  if (offMs > clockSlackMs) faults.push(`${when}: the host's clock has moved by ${offMs} ms`);
}
