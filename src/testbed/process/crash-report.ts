/** What people read when a node ended by itself: how, its last words, and where the rest is. */
import type { NodeProgram } from '../../contract/target.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { ProcessEnd } from './node-process.ts';
import { explainFirstLine } from './spawn-failure.ts';

export interface LastWords {
  readonly node: NodeId;
  readonly program: NodeProgram;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly logPath: string;
}

/** Several lines: how node `n1` ended, then `detail`. */
export function crashReport(end: ProcessEnd, words: LastWords): string {
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
        ...portAdvice(words),
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
export function detail(words: LastWords): string[] {
  return [
    ran(words),
    ...stream('stdout', words.stdout),
    ...stream('stderr', words.stderr),
    `  full log: ${words.logPath}`,
  ];
}

/** Every server says it in some such words. */
const portTaken =
  /EADDRINUSE|address (is )?already in use|port (is )?already in use|bind: .*in use/i;

function portAdvice({ stdout, stderr }: LastWords): string[] {
  const said = [...stdout, ...stderr].find((line) => portTaken.test(line));
  if (said === undefined) return [];
  const port = /:(\d{2,5})\b/.exec(said)?.[1];
  return [
    `  another program has the port${port === undefined ? '' : ` ${port}`}: see \`ss -ltnp\`. End it, or have the nodes listen elsewhere`,
    '  (in the testbed netns every node has all ports for itself)',
  ];
}

function ran({ program }: LastWords): string {
  return `  program: ${[program.command, ...program.args].join(' ')}`;
}

function stream(name: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [`  ${name}: nothing`];
  return [`  last lines of ${name}:`, ...lines.map((line) => `    ${line}`)];
}

function exitHint(code: number): string {
  if (code === 127)
    return ' (127: a command was not found, often the interpreter in its first line)';
  if (code === 126) return ' (126: a command was found but is not executable)';
  return '';
}

function signalHint(signal: string): string {
  return signal === 'SIGKILL' ? ' (perhaps the system ran out of memory: see dmesg)' : '';
}
