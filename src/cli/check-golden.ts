/** `dsx check FOLDER` of golden histories: does each get the verdict that is expected of it? */
import { relative } from 'node:path';
import { HistoryError, messageOf } from '../base/errors.ts';
import { plural } from '../base/text.ts';
import { checkersOfModel } from '../checker/catalog.ts';
import { anomaliesOf, worst } from '../checker/verdict.ts';
import { type GoldenHistory, goldenFile, goldenHistories, readGolden } from '../store/golden.ts';
import { exitCodes } from './exit-codes.ts';

interface Outcome {
  readonly name: string;
  readonly model: string;
  readonly expected: string;
  readonly found: string;
  readonly asExpected: boolean;
}

export function checkGoldenFolder(
  folder: string,
  limits: { readonly timeoutMs: number; readonly memoryMb: number },
  json: boolean,
): number {
  const goldens = goldenHistories(folder);
  const outcomes = goldens.map((golden) => judged(golden, folder, limits));
  const wrong = outcomes.filter(({ asExpected }) => !asExpected);
  if (json) process.stdout.write(`${JSON.stringify({ folder, outcomes })}\n`);
  else {
    for (const { name, model, expected, found } of wrong)
      process.stdout.write(
        `${relative(process.cwd(), goldenFile(name, folder))}: ${model}\n  expected ${expected}\n  found    ${found}\n`,
      );
    process.stdout.write(
      wrong.length === 0
        ? `${plural(goldens.length, 'golden history', 'golden histories')}: all as expected\n`
        : `${wrong.length} of ${plural(goldens.length, 'golden history', 'golden histories')} not as expected\n`,
    );
  }
  return wrong.length === 0 ? exitCodes.valid : exitCodes.anomaly;
}

function judged(
  { name, model, valid, anomalies }: GoldenHistory,
  folder: string,
  limits: { readonly timeoutMs: number; readonly memoryMb: number },
): Outcome {
  const { history, realTime } = readGolden(name, folder);
  const nowMs = (): number => performance.now();
  try {
    const verdicts = checkersOfModel(model, { history, realTime }).map((checker) =>
      checker.check(history, { ...limits, nowMs }),
    );
    const found = worst(verdicts.map((verdict) => verdict.valid));
    const types = [...new Set(verdicts.flatMap(anomaliesOf).map(({ type }) => type))];
    return {
      name,
      model,
      expected: wordsFor(valid, anomalies),
      found: wordsFor(found, types),
      asExpected: found === valid && (valid || types.some((type) => anomalies.includes(type))),
    };
  } catch (thrown) {
    throw new HistoryError(`${goldenFile(name, folder)}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function wordsFor(valid: boolean | 'unknown', types: readonly string[]): string {
  if (valid === 'unknown') return 'unknown';
  return valid ? 'that it holds' : `that it is broken: ${types.join(' or ')}`;
}
