/** Why a program could not be started, and what its owner can do about it. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { extname } from 'node:path';
/** `code` is the system's (ENOENT, …) for starting `command` (a resolved path, or a bare name). */
export function explainSpawnFailure(code, command) {
  const isPath = command.includes('/');
  switch (code) {
    case 'ENOENT':
      return isPath ? explainMissing(command) : explainUnknownCommand(command);
    case 'EACCES':
      return explainNotAllowed(command);
    case 'ENOEXEC':
      return explainNotExecutable(command);
    default:
      return `the system says ${code}`;
  }
}
function explainUnknownCommand(command) {
  const here = statSync(command, { throwIfNoEntry: false })?.isFile() === true;
  return here
    ? `no command "${command}" on the PATH; for the file in this folder write ./${command}`
    : `no command "${command}" on the PATH; check the spelling, or give the path of the program`;
}
function explainMissing(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'there is no such file; check the path, and that it was built';
  const first = firstLine(path);
  if (!first.startsWith('#!')) {
    return 'the file is there, but the loader that it asks for is not; it was built for another system';
  }
  const interpreter = first.slice(2).trim().split(/\s+/)[0] ?? '';
  return first.endsWith('\r')
    ? `its first line ends in a carriage return, so the interpreter "${interpreter}\\r" is not found; ` +
        `save it with Unix line ends: sed -i 's/\\r$//' ${path}`
    : `its first line asks for the interpreter ${interpreter}, which is not there; ` +
        'install it, or correct the line';
}
function explainNotAllowed(path) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return 'it is a folder; give the path of the program inside';
  return `the file is not executable; make it so: chmod +x ${path}`;
}
function explainNotExecutable(path) {
  return isBinary(path)
    ? 'it is a binary for another system or processor; build it for this one'
    : `the system does not know how to run it: ${firstLineAdvice(path)}`;
}
/**
 * What the first line of a program that ended at once may have to do with it: undefined if it
 * has nothing. A script without an interpreter is run by the shell, with odd results.
 */
export function explainFirstLine(path) {
  if (!path.includes('/') || isBinary(path)) return undefined;
  const first = firstLine(path);
  if (!first.startsWith('#!')) return `the shell ran it, for ${firstLineAdvice(path)}`;
  if (!first.endsWith('\r')) return undefined;
  return `its first line ends in a carriage return; save it with Unix line ends: sed -i 's/\\r$//' ${path}`;
}
function firstLineAdvice(path) {
  return (
    'a script needs a first line that names its interpreter, ' +
    `such as #!/usr/bin/env ${interpreterFor(path)}`
  );
}
/** Text has no zero bytes; what the system can run by itself has them in its header. */
function isBinary(path) {
  return head(path).includes('\0');
}
function interpreterFor(path) {
  const interpreters = {
    '.js': 'node',
    '.mjs': 'node',
    '.cjs': 'node',
    '.py': 'python3',
    '.rb': 'ruby',
    '.pl': 'perl',
    '.sh': 'sh',
    '.lua': 'lua',
    '.clj': 'bb',
  };
  return interpreters[extname(path)] ?? 'python3';
}
function firstLine(path) {
  return head(path).split('\n')[0] ?? '';
}
function head(path) {
  try {
    const fd = openSync(path, 'r');
    try {
      const buffer = Buffer.alloc(256);
      const length = readSync(fd, buffer);
      return buffer.toString('latin1', 0, length);
    } finally {
      closeSync(fd);
    }
  } catch {
    // An unreadable file may still be executable; there is no more to be said about it.
    return '';
  }
}
