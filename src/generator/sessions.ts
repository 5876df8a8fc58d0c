/**
 * Sessions: each process goes through a script of its own, in which what it does next depends
 * on what it was answered, and when depends on what it did last.
 */
import type { Prng } from '../base/prng.ts';
import type { HistoryEvent, ProcessId } from '../history/event.ts';
import { earlier, pending, pendingUntil } from './emission.ts';
import type { Generator, OpRequest } from './generator.ts';

/** What a process does. Its functions are pure. */
export interface Script<State> {
  /** Of a process that has done nothing yet. */
  readonly begin: State;
  /** The next op. `serial` counts the ops of all sessions from 0: for values that are distinct. */
  next(state: State, source: Prng, serial: number): readonly [op: OpRequest, next: Prng];
  /** The state after one of its ops ended in `ok` or `fail`, and how long it rests then. */
  ended(state: State, event: HistoryEvent, source: Prng): readonly [Rested<State>, Prng];
}

export interface Rested<State> {
  readonly state: State;
  readonly restNs: number;
}

interface Session<State> {
  readonly state: State;
  readonly readyNs: number;
}

interface World<State> {
  readonly script: Script<State>;
  readonly source: Prng;
  readonly serial: number;
  readonly sessions: ReadonlyMap<ProcessId, Session<State>>;
}

/** Runs `script` on every process that it is given, for ever. A new process begins anew. */
export function sessions<State>(source: Prng, script: Script<State>): Generator {
  return sessionsOf({ script, source, serial: 0, sessions: new Map() });
}

function sessionsOf<State>(world: World<State>): Generator {
  const { script, source, serial } = world;
  const self: Generator = {
    next(context) {
      let soonestNs: number | undefined;
      for (const thread of context.freeThreads) {
        const process = context.processOf(thread);
        const session = world.sessions.get(process);
        const readyNs = session?.readyNs ?? 0;
        if (readyNs > context.nowNs) {
          soonestNs = earlier(soonestNs, readyNs);
          continue;
        }
        const [op, rest] = script.next(session?.state ?? script.begin, source, serial);
        const then = sessionsOf({ ...world, source: rest, serial: serial + 1 });
        return { kind: 'op', op, process, atNs: context.nowNs, then };
      }
      return soonestNs === undefined ? pending : pendingUntil(soonestNs);
    },
    update(_context, event) {
      if (event.type === 'invoke' || event.process === 'nemesis') return self;
      const known = new Map(world.sessions);
      if (event.type === 'info') {
        // The process is gone; its thread goes on under another number.
        known.delete(event.process);
        return sessionsOf({ ...world, sessions: known });
      }
      const state = known.get(event.process)?.state ?? script.begin;
      const [rested, rest] = script.ended(state, event, source);
      const readyNs = event.time + rested.restNs;
      known.set(event.process, { state: rested.state, readyNs });
      return sessionsOf({ ...world, source: rest, sessions: known });
    },
  };
  return self;
}
