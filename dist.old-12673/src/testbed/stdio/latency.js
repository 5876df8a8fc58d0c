/** How long a message is on its way. */
import { unreachable } from '../../base/assert.js';
/** A latency, at least 0. With a mean of 0 nothing is drawn, whatever the distribution. */
export function drawLatencyMs({ meanMs, distribution }, random) {
  if (meanMs <= 0) return 0;
  switch (distribution) {
    case 'constant':
      return meanMs;
    case 'uniform':
      return random.unit() * 2 * meanMs;
    case 'exponential':
      return random.exponential(meanMs);
    default:
      return unreachable(distribution, 'latency distribution');
  }
}
