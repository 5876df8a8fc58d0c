/**
 * What dsx exits with: Jepsen's codes. Only a verdict exits 0, 1 or 2; a typing error must
 * not look like `unknown`, nor a crash like an anomaly.
 */
import type { Validity } from '../checker/verdict.ts';

export const exitCodes = {
  valid: 0,
  anomaly: 1,
  unknown: 2,
  usage: 254,
  failed: 255,
} as const;

/**
 * With `--expect anomaly` the sense of 0 and 1 turns around. Unknown stays unknown, except that
 * a missed gate is certain.
 */
export function verdictExitCode(
  valid: Validity,
  expect: 'valid' | 'anomaly',
  isGateMissed = false,
): number {
  if (isGateMissed) return exitCodes.anomaly;
  if (valid === 'unknown') return exitCodes.unknown;
  return valid === (expect === 'valid') ? exitCodes.valid : exitCodes.anomaly;
}

/** Over many runs: 255 beats 1 beats 2 beats 0 (254 never gets so far). */
export function worstExitCode(codes: readonly number[]): number {
  const order = [exitCodes.failed, exitCodes.usage, exitCodes.anomaly, exitCodes.unknown];
  return order.find((code) => codes.includes(code)) ?? exitCodes.valid;
}
