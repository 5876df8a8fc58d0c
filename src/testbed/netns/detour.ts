/** Starts the detour when the first link shall be slow, and tells it which links are. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { TargetError } from '../../base/errors.ts';
import { missingCommands } from '../find-command.ts';
import type { RuledLink } from '../network/link-rules.ts';
import type { DetourLink, DetourOrder } from './detour-worker.ts';
import { addressOf, detourDevice, isDetoured } from './ruleset.ts';
import { runCommand } from './system-command.ts';

interface Worker {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly lines: Interface;
}

const answerLimitMs = 10_000;

export class Detour {
  readonly #seed: number;
  #worker: Promise<Worker> | undefined;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Makes the links among `links` that shall be slow the only ones that it knows. */
  async order(links: readonly RuledLink[]): Promise<void> {
    const slow = links.filter(isDetoured);
    if (slow.length === 0 && this.#worker === undefined) return;
    this.#worker ??= this.#start();
    const worker = await this.#worker;
    const order: DetourOrder = { links: slow.map(detourLink) };
    const answer = answerOf(worker);
    worker.child.stdin.write(`${JSON.stringify(order)}\n`);
    await answer;
  }

  async stop(): Promise<void> {
    const worker = await this.#worker?.catch(() => undefined);
    worker?.child.kill('SIGKILL');
  }

  async #start(): Promise<Worker> {
    const isSource = import.meta.url.endsWith('.ts');
    const file = `./detour-worker.${isSource ? 'ts' : 'js'}`;
    const program = fileURLToPath(new URL(file, import.meta.url));
    const loader = isSource ? ['--import', import.meta.resolve('tsx')] : [];
    const child = spawn(process.execPath, [...loader, program, detourDevice, String(this.#seed)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    child.stdin.on('error', () => undefined);
    const worker = { child, lines: createInterface({ input: child.stdout }) };
    await answerOf(worker);
    await runCommand('ip', ['-batch', '-'], deviceCommands);
    return worker;
  }
}

/** A port of the bridge, to which nothing goes but what the rules send there. */
const deviceCommands = [
  `link set ${detourDevice} master dsx0 up`,
  `link set ${detourDevice} type bridge_slave learning off flood off mcast_flood off bcast_flood off`,
  '',
].join('\n');

/** Why packets cannot be held back here, with what would allow it. */
export function detourObstacle(): string | undefined {
  const missing = missingCommands([{ command: 'perl', debianPackage: 'perl-base' }]);
  if (missing !== undefined)
    return `packets cannot be delayed or reordered here: ${missing.found}. To allow it: ${missing.advice}`;
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    return undefined;
  } catch {
    return 'packets cannot be delayed or reordered here: this user may not open /dev/net/tun. To allow it: sudo chmod 0666 /dev/net/tun (it must be there: sudo modprobe tun)';
  }
}

function detourLink({ from, to, effects }: RuledLink): DetourLink {
  return {
    from: addressOf(from),
    to: addressOf(to),
    delays: effects.flatMap((effect) => (effect.kind === 'delay' ? [effect] : [])),
    bandwidths: effects.flatMap((effect) => (effect.kind === 'bandwidth' ? [effect] : [])),
    reorders: effects.flatMap((effect) => (effect.kind === 'reorder' ? [effect] : [])),
  };
}

async function answerOf({ child, lines }: Worker): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => (): void => {
      reject(new TargetError(`the process that delays packets ${why}`));
    };
    const ended = fail('has ended; see what it said above');
    const timer = setTimeout(fail('does not answer'), answerLimitMs);
    child.once('exit', ended);
    child.once('error', ended);
    lines.once('line', () => {
      clearTimeout(timer);
      child.off('exit', ended);
      child.off('error', ended);
      resolve();
    });
  });
}
