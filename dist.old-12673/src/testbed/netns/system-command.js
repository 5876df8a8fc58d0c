/** Short-lived commands of the system: `ip`, `nft`, `mount`. */
import { execa } from 'execa';
import { messageOf, TargetError } from '../../base/errors.js';

/** A command of the system that takes longer than this hangs. */
const limitMs = 20_000;
/**
 * Runs a command to its end and resolves to its stdout.
 * @throws TargetError with what it wrote to stderr, unless it exits with 0.
 */
export async function runCommand(command, args, input = '') {
  const result = await execa(command, args, { input, reject: false, timeout: limitMs });
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr === '' ? messageOf(result.originalMessage) : result.stderr;
  throw new TargetError(`${[command, ...args].join(' ')} failed: ${said}`);
}
