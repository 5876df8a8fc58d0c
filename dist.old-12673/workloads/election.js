/**
 * Leader election: nodes are asked who leads, and in which term. No term has two leaders, no
 * node goes back to an earlier term, and when all is healed somebody leads.
 */
import {
  drawInt,
  election,
  enough,
  fork,
  isObject,
  leaderAtEnd,
  RpcError,
  sessions,
  timeLimit,
} from '../src/sdk.js';

const nsPerMs = 1_000_000;
/** Whoever has no leader in this time after everything was healed has none. */
const patienceNs = 10_000 * nsPerMs;
/** Every process asks its node, and again after a while. */
function asking(isFinal) {
  const op = { f: 'leader', value: null };
  return {
    begin: null,
    next: (_state, source) => [isFinal ? { ...op, final: true } : op, source],
    ended(_state, _event, source) {
      const [restMs, rest] = drawInt(source, 100);
      return [{ state: null, restNs: restMs * nsPerMs }, rest];
    },
  };
}
/** `inner` until a node says that it leads. */
function untilLeader(inner) {
  const self = {
    next(context) {
      const emission = inner.next(context);
      if (emission.kind === 'exhausted' || emission.then === undefined) return emission;
      return { ...emission, then: untilLeader(emission.then) };
    },
    update(context, event) {
      if (leadsItself(event)) return over;
      const updated = inner.update(context, event);
      return updated === inner ? self : untilLeader(updated);
    },
  };
  return self;
}
const over = { next: () => ({ kind: 'exhausted' }), update: () => over };
function leadsItself({ type, value, node }) {
  return type === 'ok' && isObject(value) && value['leader'] === node;
}
function electionClient(rpc) {
  return {
    async invoke(_op, signal) {
      try {
        const { term = null, leader = null } = await rpc.request({ type: 'leader' }, signal);
        return { type: 'ok', value: { term, leader } };
      } catch (thrown) {
        if (!(thrown instanceof RpcError)) throw thrown;
        // A question changes nothing.
        return { type: 'fail', error: [thrown.code, thrown.message] };
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}
export default {
  name: 'election',
  aliases: [],
  summary: 'Nodes say who leads, in which term: one leader a term, and one in the end.',
  object: 'election',
  functions: ['leader'],
  options: {},
  defaults: { rate: 200, concurrency: '2n' },
  models: ['leader-election'],
  generator: ({ rng }) => ({
    main: sessions(fork(rng, 'load'), asking(false)),
    final: () =>
      timeLimit(patienceNs, untilLeader(sessions(fork(rng, 'last'), asking(true))), 'asked'),
  }),
  maelstrom: electionClient,
  checkers: () => [election(), leaderAtEnd(), enough(['leader'])],
};
