/** Figures of a run that have no goal: the same words and measures as those of gates. */
import { type Gate, parseGates } from '../plan/gate.ts';
import { figureText, type GateFacts } from './gates.ts';
import type { RunReport } from './report.ts';

export interface Reading {
  /** As a gate names it: `latency.p99`. */
  readonly figure: string;
  readonly text: string;
}

/** @param figures as they stand left of the comparison in a gate. */
export function readings(
  figures: readonly string[],
  { summary, history }: RunReport,
): readonly Reading[] {
  const { verdicts, faults, messages, plan } = summary;
  const facts: GateFacts = { history, verdicts, faults, messages, timeLimitMs: plan.timeLimitMs };
  return figures.map((figure) => ({ figure, text: figureText(gateOf(figure), facts) }));
}

function gateOf(figure: string): Gate {
  const limit = /^(?:latency|stable-latency|recovery)/.test(figure) ? '0ms' : '0';
  const [gate] = parseGates(`${figure}>=${limit}`);
  if (gate === undefined) throw new Error(`${figure} is no figure`);
  return gate;
}
