/**
 * A node that runs transactions on its own copy of the registers, whatever becomes of the
 * others. Commits travel to all other nodes and, where they were lost, are asked for again.
 *
 * A transaction takes some time: between its steps others run. The correct variant keeps back
 * what it writes, sees the registers as they were when it began, and commits all at once.
 */
import {
  type Body,
  errorCode,
  isList,
  type Json,
  keyText,
  listField,
  type NodeContext,
  RpcError,
  variantOf,
} from '../../src/node/node.ts';
import { type Commit, Copy } from './copy.ts';

/** How often nodes tell each other what they have, so that what was lost is sent again. */
const gossipMs = 100;
const commitsPerMessageMax = 500;
/** Between two steps of a transaction. */
const stepMs = 1;
/** Between two writes of one transaction that travel apart: so long others may see a part. */
const scatterMs = 10;
const fileName = 'commits';

type Variant = 'buffered' | 'scattered' | 'eager' | 'abandoned';

/** One micro-operation of Maelstrom's: `["r", key, null]` or `["w", key, value]`. */
type Step = readonly [f: 'r' | 'w', key: Json, value: Json];

/** The program of a node. */
export function availableTransactions(context: NodeContext): void {
  const variant = variantOf(context, ['buffered', 'scattered', 'eager', 'abandoned']);
  new TransactionNode(context, variant).start();
}

class TransactionNode {
  readonly #context: NodeContext;
  readonly #variant: Variant;
  readonly #copy: Copy;
  readonly #place: number;
  readonly #peers: readonly string[];
  /** Registers that transactions under way have written; only `abandoned` minds them. */
  readonly #inUse = new Map<string, number>();
  #lastTransaction = 0;

  constructor(context: NodeContext, variant: Variant) {
    this.#context = context;
    this.#variant = variant;
    this.#copy = new Copy(context.nodeIds.length);
    this.#place = context.nodeIds.indexOf(context.nodeId);
    this.#peers = context.nodeIds.filter((id) => id !== context.nodeId);
    for (const line of context.storage.readLog(fileName))
      this.#copy.take(JSON.parse(line) as Commit);
  }

  start(): void {
    const context = this.#context;
    context.serve('txn', ({ body }) => this.#transact(stepsIn(body)));
    context.on('commits', ({ body }) => {
      this.#take(listField(body, 'commits') as unknown as readonly Commit[]);
    });
    context.on('have', ({ src, body }) => {
      this.#tell(
        src,
        this.#copy.missingIn(listField(body, 'have').map(Number), commitsPerMessageMax),
      );
    });
    context.every(gossipMs, () => {
      for (const peer of this.#peers)
        this.#afterSync(() => {
          context.send(peer, { type: 'have', have: this.#copy.have });
        });
    });
  }

  async #transact(steps: readonly Step[]): Promise<Body> {
    const isEager = this.#variant === 'eager' || this.#variant === 'abandoned';
    const txn = isEager ? await this.#runEagerly(steps) : await this.#runApart(steps);
    // Before anybody hears of it: a copy that forgot it would let others read what is no more.
    await this.#context.storage.sync();
    return { type: 'txn_ok', txn };
  }

  /** On what was there when it began, with its own writes on top. */
  async #runApart(steps: readonly Step[]): Promise<Json> {
    const keys = new Set(steps.map(([, key]) => keyText(key)));
    const seen = new Map([...keys].map((key) => [key, this.#copy.read(key)]));
    const own = new Map<string, Json>();
    const results: Json[] = [];
    for (const [f, key, value] of steps) {
      const name = keyText(key);
      if (f === 'w') {
        own.set(name, value);
        seen.set(name, value);
      }
      results.push([f, key, f === 'w' ? value : (seen.get(name) ?? null)]);
      await this.#pause();
    }
    if (this.#variant === 'scattered')
      for (const write of own) {
        this.#commit([write]);
        await this.#pause(scatterMs);
      }
    else if (own.size > 0) this.#commit([...own]);
    return results;
  }

  /** The mistake of `eager`: others see what is there before the end. */
  async #runEagerly(steps: readonly Step[]): Promise<Json> {
    this.#lastTransaction += 1;
    const transaction = this.#lastTransaction;
    const results: Json[] = [];
    try {
      for (const [f, key, value] of steps) {
        const name = keyText(key);
        if (f === 'w') {
          this.#occupy(name, transaction);
          this.#commit([[name, value]]);
        }
        results.push([f, key, f === 'w' ? value : this.#copy.read(name)]);
        await this.#pause();
      }
    } finally {
      for (const [name, holder] of this.#inUse)
        if (holder === transaction) this.#inUse.delete(name);
    }
    return results;
  }

  /** The mistake of `abandoned`: what the transaction has written by now is not undone. */
  #occupy(name: string, transaction: number): void {
    if (this.#variant !== 'abandoned') return;
    const holder = this.#inUse.get(name) ?? transaction;
    if (holder !== transaction)
      throw new RpcError(errorCode.txnConflict, `register ${name} is being written by another`);
    this.#inUse.set(name, transaction);
  }

  #commit(writes: Commit['writes']): void {
    const commit = this.#copy.commit(this.#place, writes);
    this.#context.storage.append(fileName, JSON.stringify(commit));
    for (const peer of this.#peers) this.#tell(peer, [commit]);
  }

  #take(commits: readonly Commit[]): void {
    for (const commit of commits)
      if (this.#copy.take(commit)) this.#context.storage.append(fileName, JSON.stringify(commit));
  }

  #tell(peer: string, commits: readonly Commit[]): void {
    if (commits.length === 0) return;
    this.#afterSync(() => {
      const body = { type: 'commits', commits: commits.map((commit): Json => ({ ...commit })) };
      this.#context.send(peer, body);
    });
  }

  /** What others are told of must not be forgotten here. */
  #afterSync(then: () => void): void {
    void this.#context.storage.sync().then(then);
  }

  #pause(ms: number = stepMs): Promise<void> {
    return new Promise((resolve) => {
      this.#context.setTimer(ms, resolve);
    });
  }
}

function stepsIn(body: Body): readonly Step[] {
  return listField(body, 'txn').map((step): Step => {
    const [f, key = null, value = null]: readonly Json[] = isList(step) ? step : [];
    if (f === 'r' || f === 'w') return [f, key, value];
    throw new RpcError(
      errorCode.notSupported,
      `a transaction is made of "r" and "w", not of ${JSON.stringify(step)}`,
    );
  });
}
