/** What the operating system says about a file, in words that say what to do. */
import { messageOf, TargetError, UsageError } from '../base/errors.js';
/** The code of a system error, such as `ENOSPC`; empty for anything else. */
export function codeOf(thrown) {
  if (!(thrown instanceof Error) || !('code' in thrown)) return '';
  return typeof thrown.code === 'string' ? thrown.code : '';
}
/** Trouble while a run is being written. What was written before it stays. */
export function diskError(thrown, path) {
  const hint = hintFor(codeOf(thrown));
  return new TargetError(
    `cannot write ${path}: ${messageOf(thrown)}${hint === '' ? '' : `\n  ${hint}`}\n  what was recorded so far is kept`,
    { cause: thrown },
  );
}
/** Trouble with the folder for runs, before there is a run. */
export function rootError(thrown, root) {
  return new UsageError(
    `cannot make a folder for the run in ${root}: ${messageOf(thrown)}\n  name a folder that can be written to with --out FOLDER`,
    { cause: thrown },
  );
}
function hintFor(code) {
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk (or your share of it) is full: make room, or name another folder with --out';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'writing there is not allowed: name another folder with --out';
    case 'EMFILE':
    case 'ENFILE':
      return 'too many files are open: raise the limit with ulimit -n';
    default:
      return '';
  }
}
