/** `dsx check FILE` on a terminal: the verdict first, in words; then why; then what was checked. */
import { durationText, plural, shellWord, wrapped } from '../base/text.ts';
import { anomaliesOf } from '../checker/verdict.ts';
import { faultWindows } from '../history/faults.ts';
import { type CheckedFile, mapOf, validityOf } from './check-json.ts';
import { printable } from './escape.ts';
import { mapLines } from './map-lines.ts';
import type { Paint } from './paint.ts';
import { anomalyBlocks, gateLines, modelLines, tone, verdictLines } from './terminal.ts';
import { symbolOf, verdictsText } from './words.ts';

/** No line break at its end. `columns`: width of the terminal. */
export function checkText(checked: CheckedFile, paint: Paint, columns: number): string {
  const { verdicts, history, model, checkMs, file, format, warnings, gates } = checked;
  const screen = { paint, columns: Math.max(40, columns) };
  const valid = validityOf(verdicts);
  const missed = gates.filter(({ passed }) => !passed).length;
  const symbol = missed > 0 && valid === true ? '✗' : symbolOf(valid);
  const more = missed === 0 ? '' : `; ${plural(missed, 'gate')} missed`;
  const title = `${symbol} ${printable(`${file}: ${verdictsText(valid, verdicts)}${more}`)}`;
  const color = symbol === '✗' ? paint.red : tone(valid, paint);
  const evidence = {
    anomalies: verdicts.flatMap(anomaliesOf),
    history,
    faults: faultWindows(history),
    where: 'all with --json',
  };
  const map = mapOf(verdicts);
  const blocks = [
    [
      ...wrapped(title, screen.columns).map((line) => paint.bold(color(line))),
      ...verdictLines(verdicts, screen),
      ...gateLines(gates, screen),
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
