/** Every answer is what was asked. No answer is no wrong answer: `enough` judges that. */
import { canonical } from '../base/json.ts';
import type { Checker } from './checker.ts';
import type { Anomaly, NonEmpty, Verdict } from './verdict.ts';

export function echoes(): Checker {
  const summary = 'each answer carries the payload that was sent';
  return {
    name: 'echo',
    summary,
    perKey: false,
    check(history): Verdict {
      const anomalies: Anomaly[] = [];
      let answered = 0;
      for (const operation of history.eachOperation()) {
        if (operation.outcome !== 'ok') continue;
        answered += 1;
        const [sent, came] = [canonical(operation.input), canonical(operation.output)];
        if (sent === came) continue;
        anomalies.push({
          type: 'wrong-echo',
          model: 'echo',
          operations: [operation.invokeIndex],
          explanation: `process ${operation.process} sent ${sent} (event ${operation.invokeIndex}) and was answered ${came} (event ${operation.returnIndex}).`,
        });
      }
      const base = {
        checker: 'echo',
        operationCount: history.operationCount,
        method: summary,
        details: { answered },
      };
      if (anomalies.length === 0) return { ...base, valid: true };
      return { ...base, valid: false, anomalies: anomalies as unknown as NonEmpty<Anomaly> };
    },
  };
}
