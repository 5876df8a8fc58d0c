/** Each anomaly as files of its own: the text to check by hand, and its pictures. */
import { anomaliesOf } from '../../checker/verdict.ts';
import { asciiTimeline } from '../ascii-timeline.ts';
import { definitionOf } from '../definitions.ts';
import { cycleOf } from '../evidence.ts';
import { cycleNodes, cycleSvg } from '../html/cycle-svg.ts';
import { standaloneSvg } from '../html/style.ts';
import { timelineSvg } from '../html/timeline-svg.ts';
import { plainPaint } from '../paint.ts';
import type { RunReport } from '../report.ts';
import { witnessOf } from '../witness.ts';
import { anomalyTitle } from '../words.ts';
import type { Picture } from './charts.ts';

const anomaliesMax = 20;

/** `1-stale-read.txt`, `1-stale-read.svg`, `1-stale-read-cycle.svg`: of the first anomalies. */
export function evidenceFiles({ summary, history }: RunReport): readonly Picture[] {
  const faults = summary.faults.map(({ window }) => window);
  return summary.verdicts
    .flatMap(anomaliesOf)
    .slice(0, anomaliesMax)
    .flatMap((anomaly, i) => {
      const name = `${i + 1}-${anomaly.type.replace(/[^\w.-]+/g, '-')}`;
      const title = anomalyTitle(anomaly);
      const small = witnessOf(anomaly, history, faults, { operationsMax: 24, labelLength: 28 });
      const wide = witnessOf(anomaly, history, faults, { operationsMax: 60, labelLength: 60 });
      const text = [
        `${title} (${anomaly.type}); rules out ${anomaly.model}`,
        definitionOf(anomaly.type)?.meaning ?? '',
        asciiTimeline(small, plainPaint, 110).join('\n'),
        anomaly.explanation,
      ].filter((block) => block !== '');
      const steps = cycleOf(anomaly);
      const cycle = cycleSvg(steps, cycleNodes(steps, history));
      const timeline = timelineSvg(wide, title);
      return [
        [`${name}.txt`, `${text.join('\n\n')}\n`] as const,
        ...(timeline === '' ? [] : [[`${name}.svg`, standaloneSvg(timeline)] as const]),
        ...(cycle === '' ? [] : [[`${name}-cycle.svg`, standaloneSvg(cycle)] as const]),
      ];
    });
}
