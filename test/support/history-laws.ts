import { expect } from 'vitest';
import type { HistoryEvent } from '../../src/history/event.ts';

/** What every recorded history keeps, whatever the generator and the clients did. */
export function expectLawful(events: readonly HistoryEvent[], concurrency: number): void {
  /** Thread → its process, and the invocation that is open. */
  const processes = Array.from({ length: concurrency }, (_, thread) => thread);
  const open = new Map<number, HistoryEvent>();
  let lastNs = 0;
  for (const [position, event] of events.entries()) {
    expect(event.index).toBe(position);
    expect(event.time).toBeGreaterThanOrEqual(lastNs);
    lastNs = event.time;
    const { process, type } = event;
    if (process === 'nemesis') {
      expect(type).toBe('info');
      continue;
    }
    const thread = process % concurrency;
    expect(process, 'a thread runs as its current process').toBe(processes[thread]);
    const opened = open.get(thread);
    if (type === 'invoke') {
      expect(opened, 'one operation at a time').toBeUndefined();
      open.set(thread, event);
      continue;
    }
    expect(opened, 'a completion needs an invocation').toBeDefined();
    expect([event.f, event.key, event.final]).toEqual([opened?.f, opened?.key, opened?.final]);
    open.delete(thread);
    if (type === 'info') processes[thread] = process + concurrency;
  }
}

/** Invocations of clients that were never completed. */
export function openOperations(events: readonly HistoryEvent[]): number {
  const count = (isInvoke: boolean): number =>
    events.filter(({ process, type }) => process !== 'nemesis' && (type === 'invoke') === isInvoke)
      .length;
  return count(true) - count(false);
}
