/** `dsx check FILE` on a terminal: the verdict first, in words; then why; then what was checked. */
import { durationText, plural } from '../base/text.ts';
import { anomaliesOf } from '../checker/verdict.ts';
import { faultWindows } from '../history/faults.ts';
import { type CheckedFile, mapOf, validityOf } from './check-json.ts';
import { printable, shellWord } from './escape.ts';
import { mapLines } from './map-lines.ts';
import type { Paint } from './paint.ts';
import { anomalyBlocks, modelLines, tone, verdictLines, wrapped } from './terminal.ts';
import { symbolOf, verdictsText } from './words.ts';

/** No line break at its end. `columns`: width of the terminal. */
export function checkText(checked: CheckedFile, paint: Paint, columns: number): string {
  const { verdicts, history, model, checkMs, file, format, warnings } = checked;
  const screen = { paint, columns: Math.max(40, columns) };
  const valid = validityOf(verdicts);
  const title = `${symbolOf(valid)} ${printable(`${file}: ${verdictsText(valid, verdicts)}`)}`;
  const evidence = {
    anomalies: verdicts.flatMap(anomaliesOf),
    history,
    faults: faultWindows(history),
    where: 'all with --json',
  };
  const map = mapOf(verdicts);
  const blocks = [
    [
      ...wrapped(title, screen.columns).map((line) => paint.bold(tone(valid, paint)(line))),
      ...verdictLines(verdicts, screen),
      ...modelLines(verdicts, screen),
    ],
    ...(map.length === 0 ? [] : [['models', ...mapLines(map, screen)]]),
    ...anomalyBlocks(evidence, screen),
    [
      `${plural(history.operationCount, 'operation')} (${printable(format)}), checked in ${durationText(checkMs)}`,
      ...warnings.map((warning) => `${paint.yellow('!')} ${printable(warning)}`),
      ...(valid === true
        ? []
        : [
            `repeat  ${paint.cyan(printable(`dsx check ${shellWord(file)} --model ${shellWord(model)}`))}`,
          ]),
    ],
  ];
  return blocks.map((block) => block.join('\n')).join('\n\n');
}
