/**
 * One test of a suite, as a dsx of its own: what goes wrong in it stays in it, and tests run
 * beside each other.
 *
 * The child is in a process group of its own, so that Ctrl-C reaches it once, from here; and it
 * holds a channel to this process, so that it ends by itself when this one is killed.
 */
import { spawn } from 'node:child_process';
import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { durationText } from '../base/text.ts';
import { exitCodes } from './exit-codes.ts';

export interface ChildResult {
  readonly exitCode: number;
  /** `dsx test --json`; null if it did not come so far. */
  readonly verdict: JsonObject | null;
  /** What it said on standard error. */
  readonly said: string;
}

export interface ChildRequest {
  readonly configFile: string;
  readonly runsFolder: string;
  /** The longest that it may take. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** Time to heal and stop for a child that was told to end. */
const endMs = 30_000;
const saidMax = 4_000;

export async function runChild(request: ChildRequest): Promise<ChildResult> {
  const { configFile, runsFolder, limitMs, signal } = request;
  const own = [...process.execArgv, process.argv[1] ?? ''];
  const args = ['test', '--config', configFile, '--out', runsFolder, '--json'];
  const child = spawn(process.execPath, [...own, ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill('SIGTERM');
    killer ??= setTimeout(() => child.kill('SIGKILL'), endMs);
  };
  let said = '';
  const limit = setTimeout(() => {
    said = `it was not done within ${durationText(limitMs)}, and was ended\n${said}`;
    end();
  }, limitMs);
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  const stdout: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-saidMax);
  });
  try {
    const exitCode = await new Promise<number>((resolve) => {
      child.on('error', (error) => {
        said += error.message;
        resolve(exitCodes.failed);
      });
      child.on('close', (code) => {
        resolve(code ?? exitCodes.failed);
      });
    });
    return { exitCode, verdict: verdictIn(Buffer.concat(stdout).toString()), said: said.trim() };
  } finally {
    clearTimeout(limit);
    clearTimeout(killer);
    signal.removeEventListener('abort', end);
  }
}

function verdictIn(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    // It ended before it had a verdict; what it said on standard error tells why.
    return null;
  }
}
