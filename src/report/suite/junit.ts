/**
 * A suite as JUnit XML for Jenkins and GitLab: one testsuite, one testcase a test. Unknown is an
 * error, not a skip: a skip would be shown as a pass. Only what was not run is skipped, and then
 * the suite as a whole has an error of its own.
 */
import { escapeXml, escapeXmlAttribute } from '../escape.ts';
import { incompleteText, outcomeCounts, type SuiteReport, type SuiteResult } from './suite.ts';

export function renderSuiteJunit(report: SuiteReport): string {
  const counts = outcomeCounts(report.results);
  const incomplete = incompleteText(report);
  const extra = incomplete === '' ? 0 : 1;
  const figures = [
    `tests="${report.results.length + extra}"`,
    `failures="${counts.failed}"`,
    `errors="${counts.unknown + counts.error + extra}"`,
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
    ...(incomplete === '' ? [] : incompleteCase(report.name, incomplete)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseXml(suite: string, result: SuiteResult): readonly string[] {
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

/** CI systems count skipped tests as passed; that some were must not look like all is well. */
function incompleteCase(suite: string, text: string): readonly string[] {
  return [
    `    <testcase classname="${escapeXmlAttribute(suite)}" name="all tests were run" time="0">`,
    caseBody('error', text, text),
    '    </testcase>',
  ];
}

function caseBody(outcome: SuiteResult['outcome'], message: string, body: string): string {
  if (outcome === 'passed') return `      <system-out>${escapeXml(body)}</system-out>`;
  const attribute = `message="${escapeXmlAttribute(message)}"`;
  if (outcome === 'not-run') return `      <skipped ${attribute}/>`;
  const element = outcome === 'failed' ? 'failure' : 'error';
  return `      <${element} ${attribute} type="${outcome}">${escapeXml(body)}</${element}>`;
}

function repeatText(command: string | null): string {
  return command === null ? '' : `repeat: ${command}`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
