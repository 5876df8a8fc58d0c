/** Figures of a run that have no goal: the same words and measures as those of gates. */
import { parseGates } from '../plan/gate.js';
import { figureText } from './gates.js';
/** @param figures as they stand left of the comparison in a gate. */
export function readings(figures, { summary, history }) {
  const { verdicts, faults, messages, plan } = summary;
  const facts = { history, verdicts, faults, messages, timeLimitMs: plan.timeLimitMs };
  return figures.map((figure) => ({ figure, text: figureText(gateOf(figure), facts) }));
}
function gateOf(figure) {
  const limit = /^(?:latency|stable-latency|recovery)/.test(figure) ? '0ms' : '0';
  const [gate] = parseGates(`${figure}>=${limit}`);
  if (gate === undefined) throw new Error(`${figure} is no figure`);
  return gate;
}
