/**
 * oclif: finds the command and runs it. From source it is told where the source is. What it says
 * of a word that it does not know is completed with the nearest one that it does.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Interfaces, run as runOclif } from '@oclif/core';
import { UsageError } from '../base/errors.ts';
import { didYouMean, listed } from '../base/text.ts';

export { flush } from '@oclif/core';

const isSource = import.meta.url.endsWith('.ts');

export async function run(argv: readonly string[]): Promise<void> {
  const [command = ''] = argv;
  const commands = commandNames();
  if (command.startsWith('-'))
    throw new UsageError(`the command comes first; got ${command}\nthere are: ${listed(commands)}`);
  if (!commands.includes(command))
    throw new UsageError(
      `there is no command "${command}".${didYouMean(command, commands)}\nthere are: ${listed(commands)}`,
    );
  try {
    await runOclif([...argv], loadOptions());
  } catch (thrown) {
    throw withNearest(thrown);
  }
}

function commandNames(): readonly string[] {
  const files = readdirSync(new URL('../commands/', import.meta.url));
  return files.flatMap((file) => /^([\w-]+)\.[jt]s$/.exec(file)?.[1] ?? []);
}

/**
 * The folder of the build is oclif's root, or that of the source: commands are in the same place
 * in both, and only the build has a manifest.
 */
function loadOptions(): Interfaces.LoadOptions {
  const up = isSource ? '../../' : '../../../';
  const file = new URL(`${up}package.json`, import.meta.url);
  const pjson = JSON.parse(readFileSync(file, 'utf8')) as Interfaces.PJSON;
  const root = fileURLToPath(new URL('../../', import.meta.url));
  if (!isSource) return { root, pjson };
  const commands = {
    strategy: 'pattern' as const,
    target: './src/commands',
    globPatterns: ['*.ts'],
  };
  return { root, pjson: { ...pjson, oclif: { ...pjson.oclif, commands } } };
}

/** A word that is none of those that may stand there, with the one that was meant. */
function withNearest(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const [, word = '', choices] =
    /^Expected (?:--[\w-]+=)?(.+) to be one of: (.+)$/m.exec(thrown.message) ?? [];
  if (choices === undefined) return flagWithNearest(thrown);
  const meant = didYouMean(word, choices.split(', '));
  return new UsageError(`"${word}" is none of: ${choices}.${meant}`);
}

/** oclif's error for an unknown flag. */
interface UnknownFlag {
  readonly flags?: unknown;
  readonly parse?: { readonly input?: { readonly flags?: object } };
}

function flagWithNearest(thrown: Error & UnknownFlag): Error {
  const known = Object.keys(thrown.parse?.input?.flags ?? {}).map((name) => `--${name}`);
  const flags: readonly unknown[] = Array.isArray(thrown.flags) ? thrown.flags : [];
  const flag = flags.find((one) => typeof one === 'string');
  if (flag === undefined) return thrown;
  const meant = didYouMean(flag, known);
  return new UsageError(
    `there is no flag ${flag}.${meant}\nsee: dsx --help, or dsx COMMAND --help`,
  );
}
