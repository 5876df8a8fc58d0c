/**
 * Two-phase commit, the side of who was asked: collects votes, decides, and tells the decision
 * until everybody has it. The decision is on the disk before anybody is told, so that a restart
 * finds it. No record means abort (presumed abort): then nothing was or will be committed.
 *
 * Gray, "Notes on Data Base Operating Systems" (1978); Mohan, Lindsay and Obermarck,
 * "Transaction Management in the R* Distributed Database Management System" (1986).
 */
import { booleanField, errorCode, integerField, RpcError, textField } from '../../src/node/node.js';
import { amountsField } from './participant.js';

const fileName = 'coordinator';
const requestTimeoutMs = 700;
const tellAgainEveryMs = 500;
export class Coordinator {
  #context;
  /** False: decisions are kept in memory only. The mistake of variant `forgetful-coordinator`. */
  #isDurable;
  /** Being voted on, or voted for and not on the disk yet. */
  #undecided = new Set();
  /** Committed, with those who do not have the decision yet. */
  #committed = new Map();
  constructor(context, isDurable) {
    this.#context = context;
    this.#isDurable = isDurable;
    for (const line of context.storage.readLog(fileName)) this.#redo(JSON.parse(line));
  }
  start() {
    const context = this.#context;
    context.serve('open_accounts', ({ body }) => this.#open(amountsField(body, 'accounts')));
    context.serve('transfer', ({ body }) =>
      this.#transfer({
        [textField(body, 'from')]: -integerField(body, 'amount'),
        [textField(body, 'to')]: integerField(body, 'amount'),
      }),
    );
    context.serve('read', () => this.#read());
    context.serve('outcome', ({ body }) => {
      const txn = textField(body, 'txn');
      if (this.#undecided.has(txn)) return { type: 'outcome_ok', outcome: 'pending' };
      return { type: 'outcome_ok', outcome: this.#committed.has(txn) ? 'commit' : 'abort' };
    });
    context.every(tellAgainEveryMs, () => {
      for (const txn of this.#committed.keys())
        if (!this.#undecided.has(txn)) this.#tellCommit(txn);
    });
  }
  async #open(accounts) {
    const untilMs = this.#deadlineMs();
    for (const [owner, opened] of this.#byOwner(accounts))
      await this.#ask(owner, { type: 'open', accounts: opened }, untilMs);
    return { type: 'open_accounts_ok' };
  }
  async #transfer(changes) {
    const txn = this.#newTxn();
    const parts = this.#byOwner(changes);
    this.#undecided.add(txn);
    try {
      const untilMs = this.#deadlineMs();
      for (const [owner, part] of parts)
        await this.#ask(owner, { type: 'prepare', txn, changes: part }, untilMs);
    } catch (error) {
      this.#undecided.delete(txn);
      // Told once: who does not hear it asks.
      for (const owner of parts.keys())
        this.#context.send(owner, { type: 'decide', txn, commit: false });
      throw error;
    }
    this.#record(['commit', txn, [...parts.keys()]]);
    if (this.#isDurable) await this.#context.storage.sync();
    this.#undecided.delete(txn);
    this.#tellCommit(txn);
    return { type: 'transfer_ok' };
  }
  #tellCommit(txn) {
    for (const participant of this.#committed.get(txn) ?? [])
      void this.#ask(participant, { type: 'decide', txn, commit: true }, this.#deadlineMs()).then(
        () => {
          this.#acknowledged(txn, participant);
        },
        // It is told again.
        () => undefined,
      );
  }
  #acknowledged(txn, participant) {
    const missing = this.#committed.get(txn);
    if (missing?.delete(participant) === true && missing.size === 0) this.#record(['end', txn]);
  }
  /**
   * All balances, while nobody can change any: each node is locked, in order; then each is
   * asked whether it has been locked ever since. There was a moment at which all of them were.
   */
  async #read() {
    const txn = this.#newTxn();
    const untilMs = this.#deadlineMs();
    const epochs = new Map();
    let accounts = {};
    try {
      for (const node of this.#context.nodeIds) {
        const reply = await this.#ask(node, { type: 'lock', txn }, untilMs);
        epochs.set(node, integerField(reply, 'epoch'));
        accounts = { ...accounts, ...amountsField(reply, 'balances') };
      }
    } catch (error) {
      for (const node of this.#context.nodeIds)
        this.#context.send(node, { type: 'unlock', txn, epoch: 0 });
      throw error;
    }
    const held = await Promise.all(
      [...epochs].map(async ([node, epoch]) =>
        booleanField(await this.#ask(node, { type: 'unlock', txn, epoch }, untilMs), 'held'),
      ),
    );
    if (held.includes(false))
      throw new RpcError(errorCode.txnConflict, 'a lock was lost while the others were taken');
    return { type: 'read_ok', accounts };
  }
  /** A request to a participant. @throws a definite RpcError, even if no answer came. */
  async #ask(node, body, untilMs) {
    const leftMs = Math.max(1, untilMs - this.#context.monotonicMs());
    try {
      return await this.#context.rpc(node, body, leftMs);
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== errorCode.timeout) throw error;
      throw new RpcError(errorCode.abort, error.message);
    }
  }
  /** In the order of nodes: who locks in the same order as everybody waits in no circle. */
  #byOwner(amounts) {
    const { nodeIds } = this.#context;
    const parts = new Map();
    for (const [position, node] of nodeIds.entries()) {
      const own = Object.entries(amounts).filter(
        ([account]) => ownerOf(account, nodeIds.length) === position,
      );
      if (own.length > 0) parts.set(node, Object.fromEntries(own));
    }
    return parts;
  }
  #newTxn() {
    return `${this.#context.nodeId}-${this.#context.nextId()}`;
  }
  #deadlineMs() {
    return this.#context.monotonicMs() + requestTimeoutMs;
  }
  #record(record) {
    if (this.#isDurable) this.#context.storage.append(fileName, JSON.stringify(record));
    this.#redo(record);
  }
  #redo(record) {
    if (record[0] === 'commit') this.#committed.set(record[1], new Set(record[2]));
    else this.#committed.delete(record[1]);
  }
}
/** Accounts with numbers for names go round the nodes; others where their text sends them. */
function ownerOf(account, nodeCount) {
  const number = Number(account);
  if (Number.isSafeInteger(number) && number >= 0) return number % nodeCount;
  let sum = 0;
  for (const letter of account) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return sum % nodeCount;
}
