/**
 * Violations in words. A template names operations by the part that they play (`{reader}`),
 * their events (`{reader.invoke}`, `{reader.return}`) and facts (`{value}`); nothing else goes
 * into a text, so whatever it says can be looked up in the history.
 */
import { assert } from '../../../base/assert.ts';
import type { Json } from '../../../base/json.ts';
import type { History } from '../../../history/history.ts';
import type { Violation } from './result.ts';
import { templates } from './templates.ts';

/**
 * The text of a violation: lines separated by `\n`, at most six operations named.
 * @param nameOf what to call the operation in a row of the history
 */
export function explainViolation(
  history: History,
  { explain }: Violation,
  nameOf: (row: number) => string = (row) => describeOperation(history, row),
): string {
  const { roles, facts } = explain;
  const template: string = templates[explain.template];
  return template.replaceAll(/\{(\w+)(?:\.(invoke|return))?\}/g, (whole, name: string, end) => {
    const row = roles[name];
    if (row === undefined) {
      assert(name in facts, `template ${explain.template} names ${whole}, which is not given`);
      return factText(name, facts[name] ?? null);
    }
    if (end === 'invoke') return String(history.operation(row).invokeIndex);
    if (end === 'return') return returnText(history, row);
    return nameOf(row);
  });
}

/** `write 5 of process 3 (events 12 to 18)`. */
export function describeOperation(history: History, row: number): string {
  const operation = history.operation(row);
  const { f, input, process, invokeIndex, outcome } = operation;
  const given = input === null ? '' : ` ${JSON.stringify(input)}`;
  const result = outcome === 'ok' ? resultText(operation.output, input) : '';
  const events =
    outcome === 'info'
      ? `event ${invokeIndex}, outcome unknown`
      : `events ${invokeIndex} to ${operation.returnIndex}${outcome === 'fail' ? ', failed' : ''}`;
  return `${f}${given}${result} of process ${process} (${events})`;
}

/** What came back, unless it only repeats what was sent. */
function resultText(output: Json, input: Json): string {
  const text = JSON.stringify(output);
  if (output === null ? input !== null : text === JSON.stringify(input)) return '';
  return ` → ${text}`;
}

function returnText(history: History, row: number): string {
  const operation = history.operation(row);
  return operation.outcome === 'info' ? 'never' : String(operation.returnIndex);
}

/** A fact named `…Text` is a part of a sentence already; any other is a value. */
function factText(name: string, fact: Json): string {
  return name.endsWith('Text') && typeof fact === 'string' ? fact : JSON.stringify(fact);
}
