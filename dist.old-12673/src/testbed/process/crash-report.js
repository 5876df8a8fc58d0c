import { explainFirstLine } from './spawn-failure.js';
/** Several lines: how node `n1` ended, then `detail`. */
export function crashReport(end, words) {
  const { node } = words;
  switch (end.end) {
    case 'not-started':
      return [`node ${node} could not be started: ${end.reason}`, ran(words)].join('\n');
    case 'exited': {
      const advice = end.code === 0 ? undefined : explainFirstLine(words.program.command);
      return [
        `node ${node} exited with status ${end.code} though nothing in dsx ended it${exitHint(end.code)}`,
        ...(advice === undefined ? [] : [`  ${advice}`]),
        ...detail(words),
      ].join('\n');
    }
    case 'killed':
      return [
        `node ${node} was ended by ${end.signal} though dsx did not send it${signalHint(end.signal)}`,
        ...detail(words),
      ].join('\n');
  }
}
/** What was run, the last lines of both streams, and the path of the log. */
export function detail(words) {
  return [
    ran(words),
    ...stream('stdout', words.stdout),
    ...stream('stderr', words.stderr),
    `  full log: ${words.logPath}`,
  ];
}
function ran({ program }) {
  return `  program: ${[program.command, ...program.args].join(' ')}`;
}
function stream(name, lines) {
  if (lines.length === 0) return [`  ${name}: nothing`];
  return [`  last lines of ${name}:`, ...lines.map((line) => `    ${line}`)];
}
function exitHint(code) {
  if (code === 127)
    return ' (127: a command was not found, often the interpreter in its first line)';
  if (code === 126) return ' (126: a command was found but is not executable)';
  return '';
}
function signalHint(signal) {
  return signal === 'SIGKILL' ? ' (perhaps the system ran out of memory: see dmesg)' : '';
}
