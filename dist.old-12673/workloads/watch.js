/**
 * A store whose changes can be watched: every watcher gets each change once, in order, with
 * none left out, also when it has to connect anew.
 *
 * Half of the clients write, the others watch: each asks again and again for what has changed
 * since the last revision that it got. A node that was away, or cut off, must hand its watchers
 * all that they missed.
 */
import {
  any,
  drawUnit,
  enough,
  fork,
  isArray,
  isObject,
  nsPerMs,
  onThreads,
  registerFailure,
  sessions,
  timeLimit,
  watchStreams,
} from '../src/sdk.js';

/** Watchers that have not caught up in this time never will. */
const catchUpNs = 10_000 * nsPerMs;
const writer = {
  begin: null,
  next: (_state, source, serial) => [{ f: 'write', value: serial }, source],
  ended: (_state, _event, source) => [{ state: null, restNs: 0 }, source],
};
/** Each begins at revision 1, so that nothing may be missing, and in the end goes on from where it was. */
function watcher(isFinal) {
  const mark = isFinal ? { final: true } : {};
  return {
    begin: isFinal ? 'old' : 'new',
    next: (state, source) => [
      { f: 'watch', value: state === 'new' ? { from: 1 } : null, ...mark },
      source,
    ],
    ended(state, { type }, source) {
      const [chance, rest] = drawUnit(source);
      const restNs = Math.round(chance * 50 * nsPerMs);
      return [{ state: type === 'ok' ? 'old' : state, restNs }, rest];
    },
  };
}
function isWatcher(thread) {
  return thread !== 'nemesis' && thread % 2 === 1;
}
/** Final watches until so many in a row brought nothing. */
function untilQuiet(quietMax, inner, quietCount = 0) {
  const self = {
    next(context) {
      if (quietCount >= quietMax) return { kind: 'exhausted' };
      const emission = inner.next(context);
      if (emission.kind === 'exhausted' || emission.then === undefined) return emission;
      return { ...emission, then: untilQuiet(quietMax, emission.then, quietCount) };
    },
    update(context, event) {
      const updated = inner.update(context, event);
      const isQuiet = isArray(event.value) && event.value.length === 0;
      const count = event.type !== 'ok' ? quietCount : isQuiet ? quietCount + 1 : 0;
      return updated === inner && count === quietCount
        ? self
        : untilQuiet(quietMax, updated, count);
    },
  };
  return self;
}
/** The client of one process, which knows where its stream stands. */
function watchClient(rpc) {
  let after = 0;
  return {
    async invoke({ f, value }, signal) {
      try {
        if (f === 'write') {
          const { revision = null } = await rpc.request({ type: 'write', value }, signal);
          return { type: 'ok', value: revision };
        }
        if (isObject(value) && typeof value['from'] === 'number') after = value['from'] - 1;
        const reply = await rpc.request({ type: 'watch', after }, signal);
        const events = reply['events'] ?? [];
        const last = isArray(events) ? events.at(-1) : undefined;
        const revision = isArray(last) ? last[0] : undefined;
        if (typeof revision === 'number') after = Math.max(after, revision);
        return { type: 'ok', value: events };
      } catch (thrown) {
        return registerFailure(f === 'watch' ? 'read' : f, thrown);
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}
export default {
  name: 'watch',
  aliases: [],
  summary: 'Every watcher gets each change once, in order, with none left out.',
  object: 'watch',
  functions: ['write', 'watch'],
  options: {},
  defaults: { rate: 200, concurrency: '4n' },
  models: ['watch'],
  generator({ rng, concurrency }) {
    const watching = (label, isFinal) =>
      onThreads(isWatcher, sessions(fork(rng, label), watcher(isFinal)));
    const writing = onThreads(
      (thread) => thread !== 'nemesis' && !isWatcher(thread),
      sessions(fork(rng, 'writers'), writer),
    );
    return {
      main: any(fork(rng, 'order'), writing, watching('watchers', false)),
      final: () =>
        timeLimit(catchUpNs, untilQuiet(2 * concurrency, watching('last', true)), 'asked'),
    };
  },
  maelstrom: watchClient,
  checkers: () => [watchStreams(), enough(['write', 'watch'])],
};
