/**
 * A replicated sequence of changes on Raft that can be watched: a write is given the next
 * revision, and a watcher says up to which revision it has everything.
 */
import { anyField, errorCode, integerField, RpcError } from '../../src/node/node.js';
import { RaftNode } from '../raft/raft.js';
import { correctSettings } from '../raft/settings.js';

const changesPerAnswerMax = 500;
/** How many changes the mistaken variant remembers. */
const rememberedMax = 16;
/** The program of a node. */
export function watch(context) {
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
class Changes {
  /** Revision 1 is first. */
  #changes = [];
  get revision() {
    return this.#changes.length;
  }
  since(revision) {
    return this.#changes
      .slice(revision, revision + changesPerAnswerMax)
      .map(([number, value]) => [number, value]);
  }
  apply(command) {
    if (command.type !== 'write')
      throw new RpcError(errorCode.notSupported, `no operation "${command.type}"`);
    const revision = this.#changes.length + 1;
    this.#changes.push([revision, anyField(command, 'value')]);
    return { type: 'write_ok', revision };
  }
  dump() {
    return this.#changes.map(([revision, value]) => [revision, value]);
  }
  load(state) {
    this.#changes = [...state];
  }
}
