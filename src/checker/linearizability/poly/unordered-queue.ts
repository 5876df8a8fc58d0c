/**
 * Queues that may hand out their elements in any order, elements being distinct: each element is
 * judged by itself, and a dequeue that found nothing needs an instant at which nothing was
 * certainly there. Linear time.
 */
import { type Container, checkEmpties, containerOf, withCrashedTakes } from './container.ts';
import { linearizable, type PolyResult } from './result.ts';
import type { Timeline } from './timeline.ts';

export function checkUnorderedQueue(timeline: Timeline): PolyResult {
  const queue = containerOf(timeline);
  if ('kind' in queue) return queue;
  return withCrashedTakes(queue, (part: Container) => checkEmpties(part) ?? linearizable);
}
