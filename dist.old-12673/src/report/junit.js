/**
 * JUnit XML as Jenkins and GitLab read it: one testsuite a test, one testcase a checker and
 * a gate. An unknown verdict is an error, not a skip: a skip would be shown as a pass.
 */
import { anomaliesOf, reasonText } from '../checker/verdict.js';
import { definitionOf } from './definitions.js';
import { escapeXml, escapeXmlAttribute } from './escape.js';
import { anomalyTitle, headline, runTitle, verdictLine } from './words.js';
export function renderJunit(report) {
  return renderJunitSuites([report]);
}
/** One file for any number of runs. */
export function renderJunitSuites(reports) {
  const suites = reports.map(({ summary }) => suiteOf(summary));
  const sum = (name) => suites.reduce((total, { counts }) => total + counts[name], 0);
  const timeMs = reports.reduce((total, { summary }) => total + summary.durationMs, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dsx" tests="${sum('tests')}" failures="${sum('failures')}" errors="${sum('errors')}" time="${seconds(timeMs)}">`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
    '',
  ].join('\n');
}
function suiteOf(summary) {
  const title = runTitle(summary);
  const cases = [
    ...summary.verdicts.map((verdict) => [verdict.checker, caseOf(verdict, summary)]),
    ...(summary.gates ?? []).map((gate) => [`gate ${gate.gate}`, gateCase(gate)]),
  ];
  if (summary.plan.expect === 'anomaly') cases.push(['anomaly expected', expectationCase(summary)]);
  if (summary.verdicts.length === 0)
    cases.push(['check', { result: 'error', message: 'nothing was checked', text: '' }]);
  const counts = {
    tests: cases.length,
    failures: cases.filter(([, { result }]) => result === 'failure').length,
    errors: cases.filter(([, { result }]) => result === 'error').length,
  };
  const attributes = [
    `name="${escapeXmlAttribute(title)}"`,
    `tests="${counts.tests}"`,
    `failures="${counts.failures}"`,
    `errors="${counts.errors}"`,
    'skipped="0"',
    `time="${seconds(summary.durationMs)}"`,
    `timestamp="${escapeXmlAttribute(summary.startedAt.replace(/(?:\.\d+)?Z$/, ''))}"`,
  ];
  const xml = [
    `  <testsuite ${attributes.join(' ')}>`,
    '    <properties>',
    ...propertiesOf(summary),
    '    </properties>',
    ...cases.flatMap(([name, outcome]) => caseXml(title, name, outcome)),
    ...warningXml(summary.warnings),
    '  </testsuite>',
  ].join('\n');
  return { xml, counts };
}
/** With `--expect anomaly` a found anomaly is what was asked for: one case of its own says so. */
function caseOf(verdict, { plan, command }) {
  if (verdict.valid === true) return { result: 'passed', output: verdictLine(verdict) };
  const repeat = `\n\nrepeat: ${command}`;
  if (verdict.valid === 'unknown') {
    const reason = reasonText(verdict.reason);
    return {
      result: 'error',
      message: `unknown: ${reason}`,
      text: `${verdictLine(verdict)}${repeat}`,
    };
  }
  const text = anomaliesOf(verdict)
    .slice(0, 20)
    .map((anomaly) =>
      [anomalyTitle(anomaly), definitionOf(anomaly.type)?.meaning ?? '', anomaly.explanation]
        .filter((line) => line !== '')
        .join('\n'),
    );
  const rest = verdict.anomalies.length - text.length;
  if (rest > 0) text.push(`… and ${rest} more`);
  if (plan.expect === 'anomaly') return { result: 'passed', output: text.join('\n\n') };
  return {
    result: 'failure',
    message: verdictLine(verdict),
    text: `${text.join('\n\n')}${repeat}`,
  };
}
function gateCase({ passed, figure }) {
  return passed
    ? { result: 'passed', output: figure }
    : { result: 'failure', message: figure, text: figure };
}
function expectationCase(summary) {
  const { text, expectation } = headline(summary);
  return summary.valid === false
    ? { result: 'passed', output: text }
    : { result: 'failure', message: expectation, text: `${text}\n\nrepeat: ${summary.command}` };
}
function caseXml(suite, name, outcome) {
  const open = `    <testcase classname="${escapeXmlAttribute(suite)}" name="${escapeXmlAttribute(name)}" time="0">`;
  if (outcome.result === 'passed')
    return [open, `      <system-out>${escapeXml(outcome.output)}</system-out>`, '    </testcase>'];
  const { result, message, text } = outcome;
  return [
    open,
    `      <${result} message="${escapeXmlAttribute(message)}" type="${result === 'error' ? 'unknown' : 'anomaly'}">${escapeXml(text)}</${result}>`,
    '    </testcase>',
  ];
}
function propertiesOf({ plan, command, dsxVersion, operationCount }) {
  const properties = {
    command,
    seed: plan.seed,
    workload: plan.workload,
    testbed: plan.testbed,
    nodes: plan.nodes.length,
    operations: operationCount,
    dsx: dsxVersion,
  };
  return Object.entries(properties).map(
    ([name, value]) =>
      `      <property name="${name}" value="${escapeXmlAttribute(String(value))}"/>`,
  );
}
function warningXml(warnings) {
  if (warnings.length === 0) return [];
  return [`    <system-err>${escapeXml(warnings.join('\n'))}</system-err>`];
}
function seconds(ms) {
  return (ms / 1000).toFixed(3);
}
