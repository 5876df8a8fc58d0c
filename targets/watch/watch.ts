/**
 * A replicated sequence of changes on Raft that can be watched: a write is given the next
 * revision, and a watcher says up to which revision it has everything.
 */
import {
  anyField,
  type Body,
  errorCode,
  integerField,
  type Json,
  type NodeContext,
  RpcError,
} from '../../src/node/node.ts';
import { RaftNode } from '../raft/raft.ts';
import { correctSettings } from '../raft/settings.ts';
import type { Store } from '../raft/state-machine.ts';

const changesPerAnswerMax = 500;
/** How many changes the mistaken variant remembers. */
const rememberedMax = 16;

type Change = readonly [revision: number, value: Json];

/** The program of a node. */
export function watch(context: NodeContext): void {
  const at = context.args.indexOf('--variant');
  const variant = at === -1 ? 'history' : context.args[at + 1];
  if (variant !== 'history' && variant !== 'short-memory')
    throw new Error(`watch has no variant "${variant}"; it has history, short-memory`);
  const changes = new Changes();
  const node = new RaftNode(context, correctSettings, changes);
  context.serve('write', ({ body }) => node.change(body));
  context.serve('watch', async ({ body }) => {
    const after = integerField(body, 'after');
    await node.catchUp();
    // The mistake: what is no longer remembered is left out, and nothing is said of it.
    const forgotten = variant === 'short-memory' ? changes.revision - rememberedMax : 0;
    return { type: 'watch_ok', events: changes.since(Math.max(after, forgotten)) };
  });
  node.start();
}

class Changes implements Store {
  /** Revision 1 is first. */
  #changes: Change[] = [];

  get revision(): number {
    return this.#changes.length;
  }

  since(revision: number): readonly Json[] {
    return this.#changes
      .slice(revision, revision + changesPerAnswerMax)
      .map(([number, value]): Json => [number, value]);
  }

  apply(command: Body): Body {
    if (command.type !== 'write')
      throw new RpcError(errorCode.notSupported, `no operation "${command.type}"`);
    const revision = this.#changes.length + 1;
    this.#changes.push([revision, anyField(command, 'value')]);
    return { type: 'write_ok', revision };
  }

  dump(): Json {
    return this.#changes.map(([revision, value]): Json => [revision, value]);
  }

  load(state: Json): void {
    this.#changes = [...(state as unknown as readonly Change[])];
  }
}
