/**
 * What the rules of all nemeses together do to the bytes of one direction of a link. TCP hides
 * from a server what a network does to packets, and so a proxy can do only what would be seen:
 * a lost packet is one that comes later, after TCP has sent it again.
 */
import { unreachable } from '../../base/assert.js';
/** What TCP waits at least before it sends again what was not acknowledged (Linux: TCP_RTO_MIN). */
export const retransmissionMs = 200;
/** Further losses double the wait; a real kernel would go on a little longer. */
const retransmissionsMax = 6;
/** One direction of a link: its rules, and who wants to hear that they changed. */
export class DirectedLink {
  #waiting = new Set();
  #effects = [];
  get isCut() {
    return this.#effects.some((effect) => effect.kind === 'drop');
  }
  get effects() {
    return this.#effects;
  }
  set effects(effects) {
    this.#effects = effects;
    for (const changed of [...this.#waiting]) changed();
  }
  /** Calls `changed` after each change of the rules, until the function it returns is called. */
  watch(changed) {
    this.#waiting.add(changed);
    return () => this.#waiting.delete(changed);
  }
  fateOf(byteCount, random) {
    const fate = { extraMs: 0, lineMs: 0, sliceBytes: Number.POSITIVE_INFINITY, isReset: false };
    for (const effect of this.#effects) {
      switch (effect.kind) {
        case 'delay':
          fate.extraMs += Math.max(0, effect.meanMs + (2 * random.unit() - 1) * effect.jitterMs);
          break;
        case 'loss':
          fate.extraMs += repeatedLossMs(effect.probability, random);
          break;
        case 'bandwidth':
          fate.lineMs += (8 * byteCount) / effect.kilobitsPerSecond;
          break;
        case 'slice':
          fate.sliceBytes = Math.min(fate.sliceBytes, effect.bytes);
          break;
        case 'reset':
          fate.isReset ||= random.chance(effect.probability);
          break;
        case 'drop':
        case 'duplicate':
        case 'reorder':
        case 'corrupt':
          break;
        default:
          unreachable(effect, 'link effect');
      }
    }
    return fate;
  }
}
function repeatedLossMs(probability, random) {
  let lateMs = 0;
  let waitMs = retransmissionMs;
  for (let i = 0; i < retransmissionsMax && random.chance(probability); i += 1) {
    lateMs += waitMs;
    waitMs *= 2;
  }
  return lateMs;
}
