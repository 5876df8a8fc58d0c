/**
 * A suite as JUnit XML for Jenkins and GitLab: one testsuite, one testcase a test. Unknown is an
 * error, not a skip: a skip would be shown as a pass. Only what was not run is skipped.
 */
import { escapeXml, escapeXmlAttribute } from '../escape.js';
import { outcomeCounts } from './suite.js';
export function renderSuiteJunit(report) {
  const counts = outcomeCounts(report.results);
  const figures = [
    `tests="${report.results.length}"`,
    `failures="${counts.failed}"`,
    `errors="${counts.unknown + counts.error}"`,
    `skipped="${counts['not-run']}"`,
    `time="${seconds(report.durationMs)}"`,
  ].join(' ');
  const started = escapeXmlAttribute(report.startedAt.replace(/(?:\.\d+)?Z$/, ''));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dsx" ${figures}>`,
    `  <testsuite name="${escapeXmlAttribute(report.name)}" ${figures} timestamp="${started}">`,
    '    <properties>',
    `      <property name="seed" value="${report.seed}"/>`,
    `      <property name="dsx" value="${escapeXmlAttribute(report.dsxVersion)}"/>`,
    '    </properties>',
    ...report.results.flatMap((result) => caseXml(report.name, result)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
function caseXml(suite, result) {
  const { name, outcome, text, folder, command, durationMs } = result;
  const body = [text, folder === null ? '' : `run: ${folder}`, repeatText(command)]
    .filter((line) => line !== '')
    .join('\n');
  return [
    `    <testcase classname="${escapeXmlAttribute(suite)}" name="${escapeXmlAttribute(name)}" time="${seconds(durationMs)}">`,
    caseBody(outcome, text.split('\n')[0] ?? '', body),
    '    </testcase>',
  ];
}
function caseBody(outcome, message, body) {
  if (outcome === 'passed') return `      <system-out>${escapeXml(body)}</system-out>`;
  const attribute = `message="${escapeXmlAttribute(message)}"`;
  if (outcome === 'not-run') return `      <skipped ${attribute}/>`;
  const element = outcome === 'failed' ? 'failure' : 'error';
  return `      <${element} ${attribute} type="${outcome}">${escapeXml(body)}</${element}>`;
}
function repeatText(command) {
  return command === null ? '' : `repeat: ${command}`;
}
function seconds(ms) {
  return (ms / 1000).toFixed(3);
}
