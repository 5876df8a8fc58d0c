/** A suite in GitHub Actions: an annotation for each test that did not pass. */
import { escapeCommandMessage, escapeCommandProperty } from '../escape.js';
import { incompleteText } from './suite.js';

/** GitHub shows ten annotations of each kind a step; the last place says how many there are. */
const annotationsMax = 9;
/** Lines for standard output, each one a workflow command; empty if all is well. */
export function renderSuiteGithub(report) {
  const incomplete = incompleteText(report);
  return [
    ...lines(report, 'error', ['error', 'failed']),
    ...lines(report, 'warning', ['unknown']),
    ...(incomplete === '' ? [] : [annotation('warning', report.name, incomplete)]),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
function lines({ results, name: suite }, level, among) {
  const found = results.filter(({ outcome }) => among.includes(outcome));
  const shown = found
    .slice(0, annotationsMax)
    .map(({ name, text, command }) =>
      annotation(
        level,
        `${suite}: ${name}`,
        command === null ? text : `${text}\nrepeat: ${command}`,
      ),
    );
  const rest = found.length - shown.length;
  return rest > 0
    ? [...shown, annotation(level, suite, `and ${rest} more; see the summary`)]
    : shown;
}
function annotation(level, title, message) {
  return `::${level} title=${escapeCommandProperty(title)}::${escapeCommandMessage(message)}`;
}
