/** From found anomalies to a verdict on the model that was asked about. */
import type { JsonObject } from '../../base/json.ts';
import { listed } from '../../base/text.ts';
import type { Anomaly, NonEmpty, UnknownReason, Verdict } from '../verdict.ts';
import { anomalyOf, type Findings } from './findings.ts';
import { isRuledOut, modelsImpliedBy, ruledOutBy, strongest } from './models.ts';
import type { Transactions } from './transactions.ts';

export interface Case {
  readonly checker: string;
  /** A name of the table of models. */
  readonly model: string;
  readonly method: string;
  readonly transactions: Transactions;
  readonly findings: Findings;
  /** Models that this history was shown to have, and with them all that they imply. */
  readonly proved: readonly string[];
  /** Why `model` is not known to hold, if it is neither ruled out nor proved. */
  readonly unproved: UnknownReason | undefined;
  readonly details: JsonObject;
}

const anomaliesMax = 12;

export function judge(theCase: Case): Verdict {
  const { checker, model, method, transactions, findings, proved } = theCase;
  const { not, alsoNot } = ruledOutBy(findings.types);
  const out = new Set([...not, ...alsoNot]);
  const holds = new Set(
    proved.flatMap((name) => [...modelsImpliedBy(name)]).filter((name) => !out.has(name)),
  );
  const base = {
    checker,
    model,
    method,
    operationCount: transactions.count,
    models: { holds: strongest([...holds]), violated: not },
    details: {
      ...theCase.details,
      anomalies: Object.fromEntries(findings.counts),
      alsoViolated: alsoNot,
    },
  };
  if (isRuledOut(model, findings.types)) {
    const telling = findings.kept.filter(({ type }) => isRuledOut(model, [type]));
    // Anomalies that only together rule it out do not exist: each type does so alone.
    const anomalies = telling.map((finding) => anomalyOf(finding, transactions));
    return { ...base, valid: false, anomalies: first(bySeverity(anomalies)) };
  }
  if (holds.has(model)) return { ...base, valid: true };
  const reason = theCase.unproved ?? {
    kind: 'undetermined' as const,
    message: `nothing was found that rules out ${model}, but this checker has no proof of it either; it can prove ${listed(proved.length === 0 ? ['nothing of this history'] : proved)}`,
  };
  return { ...base, valid: 'unknown', reason };
}

/** What is forbidden by weaker models first; as found within that. */
function bySeverity(anomalies: readonly Anomaly[]): readonly Anomaly[] {
  const strength = (anomaly: Anomaly): number => modelsImpliedBy(anomaly.model).size;
  return anomalies.toSorted((a, b) => strength(a) - strength(b));
}

function first(anomalies: readonly Anomaly[]): NonEmpty<Anomaly> {
  return anomalies.slice(0, anomaliesMax) as unknown as NonEmpty<Anomaly>;
}
