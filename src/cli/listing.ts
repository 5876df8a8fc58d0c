/** `dsx list`: what there is, and what fits together. */

import { wrapped } from '../base/text.ts';
import { modelCatalog } from '../checker/catalog.ts';
import type { ShownBy } from '../contract/target.ts';
import { challenges } from '../plan/challenges.ts';
import { loadNemeses, loadTargets, loadWorkloads } from '../registry.ts';
import { createRunStore } from '../store/run-store.ts';
import { runRows, runSymbol } from './run-rows.ts';

export interface ListRequest {
  readonly what: string | null;
  readonly json: boolean;
  readonly runsFolder: string;
}

type Rows = readonly (readonly string[])[];

interface Section {
  readonly name: string;
  readonly rows: Rows;
  readonly data: unknown;
}

export async function listText(request: ListRequest): Promise<string> {
  const makers: Record<string, () => Promise<Section>> = {
    workloads,
    targets,
    nemeses,
    models,
    challenges: listedChallenges,
    runs: () => runs(request.runsFolder),
  };
  const names = request.what === null ? Object.keys(makers).slice(0, 4) : [request.what];
  const sections = await Promise.all(
    names.map((name) => makers[name]?.() ?? Promise.resolve({ name, rows: [], data: [] })),
  );
  if (request.what === null) sections.push(await matrix());
  if (request.json) {
    const data = Object.fromEntries(sections.map((section) => [section.name, section.data]));
    return JSON.stringify(request.what === null ? data : sections[0]?.data, null, 2);
  }
  return sections.map((section) => `${section.name}\n${tableText(section.rows)}`).join('\n\n');
}

async function workloads(): Promise<Section> {
  const all = [...(await loadWorkloads()).values()];
  return {
    name: 'workloads',
    rows: all.map((workload) => [
      [workload.name, ...workload.aliases].join(', '),
      workload.summary,
    ]),
    data: all.map(({ name, aliases, summary, object, options, models: judged }) => {
      return { name, aliases, summary, object, options, models: judged };
    }),
  };
}

async function targets(): Promise<Section> {
  const all = [...(await loadTargets()).values()];
  return {
    name: 'targets',
    rows: all.flatMap((target) => [
      [target.name, `${target.summary} (testbed ${target.testbed})`],
      ...target.variants.map((variant) => {
        const { broken, promises } = variant;
        const shown = broken === undefined ? '' : ` Shown by: ${shownByText(broken.shownBy)}`;
        const [label, kept] =
          promises === undefined
            ? [broken === undefined ? '' : 'BROKEN: ', '']
            : ['', ` Keeps: --model ${promises}.`];
        return [`  --variant ${variant.name}`, `${label}${variant.summary}${kept}${shown}`];
      }),
    ]),
    data: all.map(({ name, summary, testbed, variants, objects, survives }) => {
      return { name, summary, testbed, variants, objects, survives };
    }),
  };
}

function shownByText({ workload, nemesis, model, further = [] }: ShownBy): string {
  const judged = model === undefined ? [] : ['--model', model];
  return ['--workload', workload, '--nemesis', nemesis, ...judged, ...further].join(' ');
}

async function nemeses(): Promise<Section> {
  const all = [...(await loadNemeses()).values()];
  return {
    name: 'nemeses',
    rows: all.flatMap((nemesis) => [
      [nemesis.name, nemesis.summary],
      ...nemesis.shapes.map((shape) => [`  ${nemesis.name}:${shape.name}`, shape.summary]),
      ...Object.entries(nemesis.parameters).map(([name, summary]) => [`    :${name}=…`, summary]),
    ]),
    data: all.map(({ name, summary, shapes, parameters, needs }) => {
      return { name, summary, shapes, parameters, needs };
    }),
  };
}

async function models(): Promise<Section> {
  const rows = modelCatalog();
  return { name: 'models', rows: rows.map(({ name, summary }) => [name, summary]), data: rows };
}

async function listedChallenges(): Promise<Section> {
  return {
    name: 'challenges (Gossip Glomers; dsx challenge NAME --bin ./my-program)',
    rows: challenges.flatMap(({ name, title, metBy, missedBy }) => [
      [name, title],
      ['', `met by --target ${metBy.target} --variant ${metBy.variant}`],
      ['', `not by --target ${missedBy.target} --variant ${missedBy.variant}: ${missedBy.why}`],
    ]),
    data: challenges,
  };
}

async function runs(folder: string): Promise<Section> {
  const all = runRows(createRunStore(folder));
  return {
    name: 'runs',
    rows:
      all.length === 0
        ? [[`none in ${folder} yet; make one with: dsx test`]]
        : all.map((row) => [`${runSymbol(row)} ${row.id}`, row.text]),
    data: all,
  };
}

/** Which workload runs against which target. */
async function matrix(): Promise<Section> {
  const all = [...(await loadTargets()).values()];
  const loads = [...(await loadWorkloads()).values()];
  return {
    name: 'what fits together',
    rows: loads.map((workload) => [
      workload.name,
      all
        .filter((target) => target.objects.includes(workload.object))
        .map((target) => target.name)
        .join(' '),
    ]),
    data: Object.fromEntries(
      loads.map((workload) => [
        workload.name,
        all.filter((t) => t.objects.includes(workload.object)).map((t) => t.name),
      ]),
    ),
  };
}

function tableText(rows: Rows): string {
  const width = Math.max(...rows.map((row) => (row.length > 1 ? (row[0] ?? '').length : 0)), 0);
  // What is read by a program, or on a narrow screen, keeps a row a line.
  const columns = process.stdout.isTTY ? process.stdout.columns : 0;
  const room = columns - width - 4;
  return rows
    .flatMap(([name = '', ...rest]) => {
      const text = rest.join('  ');
      if (rest.length === 0) return [`  ${name}`];
      const lines = room < 24 || text.length <= room ? [text] : wrapped(text, room);
      return lines.map((line, i) => `  ${(i === 0 ? name : '').padEnd(width)}  ${line}`.trimEnd());
    })
    .join('\n');
}
