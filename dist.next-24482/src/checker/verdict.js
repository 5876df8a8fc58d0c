/**
 * What a checker says.
 *
 * Three values, and `unknown` is never a pass: `valid: true` is said only of what was
 * really checked.
 */
import { unreachable } from '../base/assert.js';
import { durationText, plural } from '../base/text.js';
/** False beats unknown beats true. */
export function worst(values) {
  if (values.includes(false)) return false;
  return values.includes('unknown') ? 'unknown' : true;
}
export function anomaliesOf(verdict) {
  return verdict.valid === false ? verdict.anomalies : [];
}
export function reasonText(reason) {
  switch (reason.kind) {
    case 'timeout':
      return `gave up after ${durationText(reason.limitMs)}; ${reason.proved}`;
    case 'memory':
      return `gave up at ${plural(reason.limitMb, 'megabyte')} of memory; ${reason.proved}`;
    case 'too-few-ok':
    case 'undetermined':
      return reason.message;
    case 'checker-crashed':
      return `the checker itself failed: ${reason.message}`;
    default:
      return unreachable(reason, 'reason');
  }
}
