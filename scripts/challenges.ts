/**
 * Measures every Gossip Glomers challenge with a bundled system that must meet it and one that
 * must not, and writes the figures to `docs/generated/challenges.md`: `npm run challenges`.
 *
 * Exits 1 if one that must meet its challenge does not, or the other way round.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { type Challenge, challenges } from '../src/plan/challenges.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    program: { type: 'string', default: 'bin/run.js' },
  },
});
const page = 'docs/generated/challenges.md';

interface Ran {
  readonly challenge: Challenge;
  readonly isMet: boolean;
  readonly code: number;
  /** What was measured of each goal, and what was found. */
  readonly figures: string;
}

const only = values.only?.split(',');
const waiting = challenges
  .filter(({ name }) => only?.includes(name) ?? true)
  .flatMap((challenge) => [
    { challenge, isMet: true },
    { challenge, isMet: false },
  ]);
const folder = mkdtempSync(join(tmpdir(), 'dsx-challenges-'));
const ran: Ran[] = [];
try {
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (only === undefined) writeFileSync(page, pageOf());
const wrong = ran.filter(({ isMet, code }) => code !== (isMet ? 0 : 1));
for (const { challenge, isMet, code, figures } of wrong)
  console.error(
    `look: challenge ${challenge.name}, must ${isMet ? '' : 'not '}be met: exit ${code}; ${figures}`,
  );
if (wrong.length > 0) process.exitCode = 1;

async function worker(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
    await run(next.challenge, next.isMet);
}

async function run(challenge: Challenge, isMet: boolean): Promise<void> {
  const { target, variant } = isMet ? challenge.metBy : challenge.missedBy;
  const system = ['--target', target, '--variant', variant];
  const stdout = join(folder, `${challenge.name}-${String(isMet)}.json`);
  const options = ['--seed', values.seed, '--out', join(folder, 'runs'), '--json'];
  const { exitCode, stderr } = await execa(
    process.execPath,
    [values.program, 'challenge', challenge.name, ...system, ...options],
    { reject: false, stdout: { file: stdout } },
  );
  const code = exitCode ?? 255;
  const figures = code <= 2 ? figuresIn(readFileSync(stdout, 'utf8')) : stderr;
  ran.push({ challenge, isMet, code, figures });
  console.error(`${challenge.name} ${target}.${variant}: exit ${code}`);
}

interface Printed {
  readonly runs: readonly {
    readonly valid: boolean | 'unknown';
    readonly gates: readonly { readonly figure: string }[];
    readonly figures: readonly { readonly text: string }[];
    readonly verdicts: readonly { readonly valid: unknown; readonly text: string }[];
  }[];
}

function figuresIn(text: string): string {
  const { runs } = JSON.parse(text) as Printed;
  const parts = runs.flatMap(({ gates, figures, verdicts }) => [
    ...verdicts.filter(({ valid }) => valid !== true).map((verdict) => verdict.text),
    ...gates.map(({ figure }) => figure),
    ...figures.map((figure) => figure.text),
  ]);
  return [...new Set(parts)].join('; ');
}

function pageOf(): string {
  const rows = challenges.flatMap((challenge) =>
    [true, false].map((isMet) => {
      const one = ran.find((each) => each.challenge === challenge && each.isMet === isMet);
      const { target, variant } = isMet ? challenge.metBy : challenge.missedBy;
      const outcome = { 0: 'met', 1: '**not met**' }[one?.code ?? 2] ?? '**unknown**';
      const name = isMet ? `${challenge.name} ${challenge.title}` : '';
      const figures = (one?.figures ?? '').replaceAll('|', '\\|');
      return `| ${name} | \`${target}\` \`${variant}\` | ${outcome} | ${figures} |`;
    }),
  );
  return `# The Gossip Glomers challenges, and who meets them

Each of the [challenges](https://fly.io/dist-sys) with its official options, run with a bundled
system that deserves to pass and with one that does not: what was found, and each goal's figure.

| challenge | system | outcome | found and measured |
|---|---|---|---|
${rows.join('\n')}

With a program of your own: \`dsx challenge 3d --bin ./my-program\`. Made by
\`npm run challenges\` (seed ${values.seed}).
`;
}
