/**
 * Transactions over a replicated log, at the isolation level that is asked for.
 *
 * The node that a client speaks to runs the transaction; what it changes goes into the log
 * (Raft's, see there), and all nodes decide alike whether it commits. The levels differ in what
 * a transaction sees while it runs and in what must not have changed when it commits:
 *
 * | level | sees | must not have changed |
 * |---|---|---|
 * | strict-serializable | the newest snapshot | what it read |
 * | serializable | the snapshot that this node has | what it read |
 * | snapshot-isolation | the newest snapshot | what it writes |
 * | parallel-snapshot-isolation | the snapshot of this site | what it writes |
 * | read-committed | at each step what is committed then | what it writes, since it did |
 * | read-uncommitted | at each step what is there | – (who writes a key holds it) |
 */
import {
  type Body,
  errorCode,
  integerField,
  type NodeContext,
  RpcError,
} from '../../src/node/node.ts';
import { RaftNode } from '../raft/raft.ts';
import { correctSettings } from '../raft/settings.ts';
import { type Procedure, procedures } from './procedures.ts';
import { SharedStore } from './shared-store.ts';
import { SiteStore } from './sites.ts';
import { VersionedStore } from './versioned-store.ts';
import { Workspace } from './workspace.ts';

/** So long a site waits for a commit of its own that it has not heard of. */
const showTimeoutMs = 800;

/** Runs a transaction. Rejects with a definite RpcError only if it did not happen. */
type Run = (procedure: Procedure) => Promise<Body>;

/** The program of a node. */
export function transactions(context: NodeContext): void {
  const level = context.args[context.args.indexOf('--variant') + 1] ?? '';
  const begin = levels[level];
  if (begin === undefined)
    throw new Error(`no isolation level "${level}"; there is ${Object.keys(levels).join(', ')}`);
  const run = begin(context);
  for (const [type, procedureOf] of Object.entries(procedures))
    context.serve(type, ({ body }) => run(procedureOf(body)));
}

const levels: Readonly<Record<string, (context: NodeContext) => Run>> = {
  'strict-serializable': (context) =>
    optimistic(context, { snapshot: 'newest', unchanged: 'reads' }),
  serializable: (context) => optimistic(context, { snapshot: 'here', unchanged: 'reads' }),
  'snapshot-isolation': (context) =>
    optimistic(context, { snapshot: 'newest', unchanged: 'writes' }),
  'parallel-snapshot-isolation': parallel,
  'read-committed': (context) => optimistic(context, { snapshot: 'none', unchanged: 'writes' }),
  'read-uncommitted': uncommitted,
};

interface Rules {
  readonly snapshot: 'newest' | 'here' | 'none';
  readonly unchanged: 'reads' | 'writes';
}

function optimistic(context: NodeContext, rules: Rules): Run {
  const store = new VersionedStore();
  const node = new RaftNode(context, correctSettings, store);
  node.start();
  return async (procedure) => {
    if (rules.snapshot === 'newest') await node.catchUp();
    const workspace = new Workspace(store);
    const reply =
      rules.snapshot === 'none'
        ? await workspace.runSlowly(procedure, () => node.catchUp())
        : workspace.run(procedure);
    const { changes } = workspace;
    if (changes.length === 0) return reply;
    const unchanged = [...workspace[rules.unchanged]];
    await node.change({ type: 'commit', unchanged, changes });
    return reply;
  };
}

function parallel(context: NodeContext): Run {
  const store = new SiteStore(context);
  const node = new RaftNode(context, correctSettings, store);
  node.start();
  return async (procedure) => {
    const { seen } = store;
    const workspace = new Workspace(store);
    const reply = workspace.run(procedure);
    const { changes } = workspace;
    if (changes.length === 0) return reply;
    const { nodeId } = context;
    const committed = await node.change({ type: 'commit', site: nodeId, seen, changes });
    await store.shown(integerField(committed, 'number'), showTimeoutMs);
    return reply;
  };
}

function uncommitted(context: NodeContext): Run {
  const store = new SharedStore();
  const node = new RaftNode(context, correctSettings, store);
  node.start();
  return async (procedure) => {
    const txn = `${context.nodeId} ${context.nextId()}`;
    let hasChanged = false;
    let reply: Body;
    try {
      let step = procedure.next();
      while (step.done !== true) {
        await node.catchUp();
        if (step.value.kind === 'read') step = procedure.next(store.read(step.value.key));
        else {
          hasChanged = true;
          await node.change({ type: 'change', txn, change: step.value.change });
          step = procedure.next(null);
        }
      }
      reply = step.value;
    } catch (error) {
      if (hasChanged) await giveUp(node, txn);
      throw asDefinite(error);
    }
    if (hasChanged) await node.change({ type: 'end', txn, commit: true });
    return reply;
  };
}

/** Undoes a transaction. If that cannot be said now, it is taken for abandoned, and undone later. */
async function giveUp(node: RaftNode, txn: string): Promise<void> {
  try {
    await node.change({ type: 'end', txn, commit: false });
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
  }
}

/** Whatever became of its steps: a transaction that nobody commits does not happen. */
function asDefinite(error: unknown): unknown {
  if (!(error instanceof RpcError) || error.code !== errorCode.timeout) return error;
  return new RpcError(errorCode.abort, error.message);
}
