/**
 * A page of findings: what was seen to break, in which system, how soon, with evidence to check
 * by hand, and beside each the control in which the same does not happen.
 */
import { assert, unreachable } from '../../base/assert.ts';
import { durationText, plural } from '../../base/text.ts';
import type { Finding } from '../../plan/finding.ts';
import { escapeMarkdown, markdownBlock, markdownCode } from '../escape.ts';
import { groupsOf, type Outcome, type SuiteResult } from './suite.ts';

/** What one seed showed. */
interface SeedResult {
  readonly seed: number | null;
  readonly outcome: Outcome;
  /** From the start of the load to the last operation of the evidence; null: not known, or none. */
  readonly detectedMs: number | null;
  /** From the start of dsx to the verdict; null: not measured. */
  readonly runMs: number | null;
}

/** A result with what it shows; the page is made of these, in the order of the suite. */
export interface FindingRow extends SuiteResult {
  readonly finding: Finding;
  /** What each seed showed, where it was run with several on purpose. */
  readonly seeds?: readonly SeedResult[];
  /** When it was run, as ISO 8601; rows of several files are joined by it. */
  readonly ranAt?: string;
}

/**
 * The repetitions of one test as one row: a finding has been shown if one seed shows it, a control
 * holds only if it holds with every seed. Those that were not run say nothing.
 */
export function foldRepetitions(results: readonly SuiteResult[]): readonly SuiteResult[] {
  return groupsOf(results).map(({ name, results: all, runs, hits }) => {
    const run = all.filter(({ outcome }) => outcome !== 'not-run');
    const passed = run.filter(({ outcome }) => outcome === 'passed');
    const others = run.filter(({ outcome }) => outcome !== 'passed');
    const isControl = all[0]?.expect === 'valid';
    const [shown] = isControl ? [...others, ...passed] : [...passed, ...others];
    const result = shown ?? all[0];
    assert(result !== undefined, `the group ${name} has no result`);
    const seeds = all.length > 1 && run.length > 0 ? { seeds: run.map(seedResult) } : {};
    return { ...result, name, runs, hits, ...seeds };
  });
}

function seedResult({ seed, outcome, evidence, runMs }: SuiteResult): SeedResult {
  const detectedMs = outcome === 'passed' ? (evidence?.completeMs ?? null) : null;
  return { seed, outcome, detectedMs, runMs: runMs ?? null };
}

/** Longer explanations are cut: the run has them whole. */
const explanationLinesMax = 30;

/** Ends in a line break. `repeat`: the command that makes the page. */
export function renderFindings(rows: readonly FindingRow[], repeat: string): string {
  const findings = rows.filter(({ expect }) => expect !== 'valid');
  const controls = rows.filter(({ expect }) => expect === 'valid');
  const byName = new Map(rows.map((row) => [row.name, row]));
  const blocks = [
    '# Findings',
    `Real systems, unmodified, as their packages install them. This page is made by ${markdownCode(repeat)}; rows that were not run this time stay as they were.`,
    summary(findings, controls),
    `Where several seeds are named, each was run once (${markdownCode(`${repeat} --repeat 3`)}), and times are medians; another row was run until it showed, as often as it says.`,
    'Time to detection: from the start of the load to the moment at which the last operation of the evidence was complete, and in brackets from the start of dsx to its verdict (start of the system, load, healing, last reads and check). A loss shows only in the last reads.',
    '## What was seen to break',
    findingsTable(findings, byName),
    '## Controls',
    'The same load and faults, where the system is set up, or asked, in the way that prevents it.',
    controlsTable(controls, repeat),
    '## Evidence',
    ...findings
      .filter(({ outcome }) => outcome === 'passed')
      .map((row) => details(row, byName, repeat)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function summary(findings: readonly FindingRow[], controls: readonly FindingRow[]): string {
  const shown = findings.filter(({ outcome }) => outcome === 'passed');
  const systems = new Set(
    shown.map(({ settings, finding }) => settings['target'] ?? finding.system),
  );
  const not = findings.filter(({ outcome }) => outcome === 'failed' || outcome === 'unknown');
  const skipped = [...findings, ...controls].filter(({ outcome }) => outcome === 'not-run');
  const troubled = [...findings, ...controls].filter(({ outcome }) => outcome === 'error');
  const held = controls.filter(({ outcome }) => outcome === 'passed');
  return [
    `- ${plural(shown.length, 'finding')} on ${plural(systems.size, 'target')} shown, each by its standard name`,
    `- ${held.length} of ${plural(controls.length, 'control')} valid`,
    ...(not.length === 0 ? [] : [`- ${plural(not.length, 'finding')} not reproduced`]),
    ...(skipped.length === 0 ? [] : [`- ${plural(skipped.length, 'row')} not run`]),
    ...(troubled.length === 0 ? [] : [`- ${plural(troubled.length, 'row')} ended in an error`]),
  ].join('\n');
}

function findingsTable(
  findings: readonly FindingRow[],
  byName: ReadonlyMap<string, FindingRow>,
): string {
  return [
    '| system | version | what breaks | fault | verdict | time to detection | control | reported by |',
    '|---|---|---|---|---|---|---|---|',
    ...findings.map((row) => {
      const { finding } = row;
      const what = escapeMarkdown(finding.shows);
      return line([
        escapeMarkdown(finding.system),
        escapeMarkdown(row.version ?? ''),
        row.outcome === 'passed' ? `[${what}](#${anchor(row.name)})` : what,
        escapeMarkdown(finding.fault),
        verdictOf(row),
        detection(row),
        controlOf(finding, byName),
        finding.reported.map(({ title, url }) => `[${escapeMarkdown(title)}](${url})`).join(', '),
      ]);
    }),
  ].join('\n');
}

function controlsTable(controls: readonly FindingRow[], repeat: string): string {
  return [
    '| system | version | what must not be seen | fault | verdict | operations | command |',
    '|---|---|---|---|---|---:|---|',
    ...controls.map((row) => {
      const { finding } = row;
      return line([
        escapeMarkdown(finding.system),
        escapeMarkdown(row.version ?? ''),
        escapeMarkdown([finding.shows, finding.note].filter((text) => text !== '').join('. ')),
        escapeMarkdown(finding.fault),
        verdictOf(row),
        row.outcome === 'passed' ? String(row.operations) : '',
        markdownCode(lastingCommand(row, repeat)),
      ]);
    }),
  ].join('\n');
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function verdictOf(row: FindingRow): string {
  const { outcome, expect, runs, text } = row;
  const first = escapeMarkdown(text.split('\n')[0] ?? '');
  switch (outcome) {
    case 'passed':
      return expect === 'valid' ? `✅ valid${seedsText(row)}` : shownText(row);
    case 'failed':
      return expect === 'valid'
        ? `⚠️ **not valid**${seedsText(row)}: ${first}`
        : `not reproduced in ${plural(runs, 'run')}`;
    case 'unknown':
      return `unknown: ${first}`;
    case 'error':
      return `error: ${first}`;
    case 'not-run':
      return first === '' || first === 'not run' ? 'not run yet' : first;
    default:
      return unreachable(outcome, 'outcome');
  }
}

function shownText(row: FindingRow): string {
  const { evidence, anomalies, runs, seeds } = row;
  const name = markdownCode(evidence?.type ?? anomalies[0] ?? 'anomaly');
  if (seeds !== undefined) return `❌ ${name}${seedsText(row)}`;
  return `❌ ${name}${runs > 1 ? `, in run ${runs}` : ''}`;
}

/** `, 2 of 3 seeds`; empty where it was not run with several. */
function seedsText({ seeds }: FindingRow): string {
  if (seeds === undefined) return '';
  const passed = seeds.filter(({ outcome }) => outcome === 'passed');
  return `, ${passed.length} of ${plural(seeds.length, 'seed')}`;
}

function detection({ outcome, evidence, runMs, seeds }: FindingRow): string {
  if (outcome !== 'passed') return '';
  const shown = seeds?.filter((one) => one.outcome === 'passed');
  const after = shown === undefined ? (evidence?.completeMs ?? null) : median(shown, 'detectedMs');
  const wholeMs = shown === undefined ? (runMs ?? null) : median(shown, 'runMs');
  const whole = wholeMs === null ? '' : `(${durationText(wholeMs)})`;
  return [after === null ? '' : durationText(after), whole].filter((text) => text !== '').join(' ');
}

/** Of an even number the lower one: a time that was measured. */
function median(seeds: readonly SeedResult[], what: 'detectedMs' | 'runMs'): number | null {
  const times = seeds.flatMap((seed) => seed[what] ?? []).toSorted((a, b) => a - b);
  return times[Math.floor((times.length - 1) / 2)] ?? null;
}

function controlOf(finding: Finding, byName: ReadonlyMap<string, FindingRow>): string {
  if (finding.control === null) return '';
  const control = byName.get(finding.control);
  return control === undefined ? '' : verdictOf(control);
}

function details(row: FindingRow, byName: ReadonlyMap<string, FindingRow>, repeat: string): string {
  const { finding, evidence } = row;
  const control = finding.control === null ? undefined : byName.get(finding.control);
  const blocks = [
    `### ${escapeMarkdown(row.name)}`,
    ...(finding.note === '' ? [] : [escapeMarkdown(finding.note)]),
    markdownBlock(lastingCommand(row, repeat), 'sh'),
    escapeMarkdown(sentence(evidence?.summary ?? row.text)),
    ...(evidence === undefined ? [] : [markdownBlock(shortened(evidence.explanation))]),
    ...(control === undefined
      ? []
      : [`Control: ${escapeMarkdown(control.name)}: ${verdictOf(control)}.`]),
  ];
  return blocks.join('\n\n');
}

function sentence(text: string): string {
  const first = (text.split('\n')[0] ?? '').trim();
  const capital = `${first.charAt(0).toUpperCase()}${first.slice(1)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/**
 * What shows the row again on any machine: a run with faults at set times is repeated from its
 * folder, which a reader of the page does not have, but the suite has its times too. Options of
 * a workload that are its defaults, and the model's, make a command long.
 */
function lastingCommand({ command, name }: FindingRow, repeat: string): string {
  if (command === null || command.startsWith('dsx replay '))
    return `${repeat} --grep "^${name.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)}$"`;
  return command.replaceAll(/ --option \S+/g, '');
}

function shortened(text: string): string {
  const lines = text.split('\n');
  if (lines.length <= explanationLinesMax) return text;
  const rest = lines.length - explanationLinesMax;
  return [...lines.slice(0, explanationLinesMax), `… and ${rest} more lines`].join('\n');
}

/** As GitHub makes it from a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
