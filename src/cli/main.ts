/**
 * The way in and every way out. oclif's own exit codes (1 for a crash, 2 for a wrong flag)
 * would look like verdicts, so nothing leaves except through here.
 *
 * oclif itself is loaded only for what `quickAnswer` does not know.
 */
import {
  HistoryError,
  InvariantError,
  messageOf,
  TargetError,
  UsageError,
} from '../base/errors.ts';
import { shellWord, wrapped } from '../base/text.ts';
import { exitCodes } from './exit-codes.ts';
import { Interrupted } from './interrupt.ts';
import { quickAnswer } from './quick-help.ts';

export async function main(): Promise<void> {
  process.stdout.on('error', brokenPipe);
  process.stderr.on('error', brokenPipe);
  const argv = process.argv.slice(2);
  const answer = quickAnswer(argv);
  if (answer !== undefined) {
    process.stdout.write(answer);
    return;
  }
  process.on('uncaughtException', (error) => {
    process.exitCode = report(error);
    process.exit();
  });
  endWithParent();
  // Loaded only now: it needs more than `--help` does.
  const { foresee } = await import('./foresee.ts');
  await foresee(argv);
  const { flush, run } = await import('./run-command.ts');
  try {
    await run(argv);
    await flush();
  } catch (thrown) {
    process.exitCode = report(thrown);
  }
}

/** A dsx that runs one test of a suite does not outlive the suite, however that ends. */
function endWithParent(): void {
  if (process.channel === undefined) return;
  process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // The channel alone is no reason to stay.
  process.channel.unref();
}

/**
 * `dsx … | head` closes the pipe early. Nobody reads on, but a test goes on and is recorded, and
 * what dsx exits with is a verdict still: ending here would say one that was never reached.
 */
function brokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Prints what went wrong, returns the exit code. */
function report(thrown: unknown): number {
  const code = exitCodeIn(thrown);
  if (code !== undefined) return code;
  const usage = thrown instanceof UsageError || thrown instanceof HistoryError;
  if (usage || thrown instanceof TargetError) {
    print(`dsx: ${thrown.message}`);
    return usage ? exitCodes.usage : exitCodes.failed;
  }
  if (thrown instanceof Interrupted) {
    print(interruptionText(thrown));
    return exitCodes.failed;
  }
  if (isOclifError(thrown)) {
    print(`dsx: ${firstLines(thrown.message)}\nsee: dsx --help, or dsx COMMAND --help`);
    return exitCodes.usage;
  }
  const bug = thrown instanceof InvariantError ? 'a bug in dsx' : 'an unexpected error';
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : messageOf(thrown);
  print(`dsx: ${bug}: ${stack}`);
  return exitCodes.failed;
}

function interruptionText({ folder, message }: Interrupted): string {
  const kept = `what was recorded until then is in ${folder ?? 'the run folder'}`;
  const check = folder === undefined ? '' : `\nto judge it: dsx check ${shellWord(folder)}`;
  return `dsx: ended by ${message}; ${kept}${check}`;
}

/** oclif marks its errors with this field; a wrong argument is one, and so is `this.exit()`. */
function isOclifError(thrown: unknown): thrown is Error & { oclif: { exit?: number } } {
  return thrown instanceof Error && 'oclif' in thrown && typeof thrown.oclif === 'object';
}

/** Of an error that only says: leave, with this code. */
function exitCodeIn(thrown: unknown): number | undefined {
  if (!isOclifError(thrown) || !('code' in thrown) || thrown.code !== 'EEXIT') return undefined;
  return thrown.oclif.exit ?? exitCodes.valid;
}

function firstLines(message: string): string {
  return message.replace(/\nSee more help with --help\s*$/, '').trim();
}

/** On a terminal no word is broken at its edge. */
function print(text: string): void {
  const { columns, isTTY } = process.stderr;
  const lines = text.split('\n');
  const shown = isTTY && columns > 0 ? lines.flatMap((line) => wrapped(line, columns)) : lines;
  process.stderr.write(`${shown.join('\n')}\n`);
}
