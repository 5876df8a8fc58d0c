/**
 * Two-phase commit, the side of who owns data: votes on transfers, keeps what it voted for
 * locked until it knows the outcome, and asks for that as long as it takes. It never decides by
 * itself: while the coordinator is away, its accounts are blocked.
 */
import { booleanField, errorCode, integerField, RpcError, textField } from '../../src/node/node.js';

const fileName = 'participant';
/** Who waits for a lock longer than this is refused. */
const patienceMs = 250;
/** A reader that does not come back loses its lock, and is told so when it does. */
const readLockMs = 1000;
const askOutcomeEveryMs = 500;
export class Participant {
  #context;
  /** False: reads take what is there. The mistake of variant `unlocked-reads`. */
  #locksReads;
  /** This life: locks of readers do not outlive it. */
  #epoch;
  #balances = new Map();
  /** Voted for, outcome unknown. Their accounts are locked. */
  #prepared = new Map();
  /** Decided: a prepare of one of them is a copy that comes late. */
  #finished = new Set();
  #readers = new Set();
  #formerReaders = new Set();
  #waiting = [];
  constructor(context, locksReads) {
    this.#context = context;
    this.#locksReads = locksReads;
    this.#epoch = context.nextId();
    for (const line of context.storage.readLog(fileName)) this.#redo(JSON.parse(line));
  }
  start() {
    const context = this.#context;
    context.serve('open', ({ body }) => this.#open(amountsField(body, 'accounts')));
    context.serve('prepare', ({ src, body }) =>
      this.#prepare(textField(body, 'txn'), src, amountsField(body, 'changes')),
    );
    context.serve('decide', ({ body }) =>
      this.#decide(textField(body, 'txn'), booleanField(body, 'commit')),
    );
    context.serve('lock', ({ body }) => this.#lock(textField(body, 'txn')));
    context.serve('unlock', ({ body }) =>
      this.#unlock(textField(body, 'txn'), integerField(body, 'epoch')),
    );
    context.every(askOutcomeEveryMs, () => {
      for (const [txn, { coordinator }] of this.#prepared) void this.#askOutcome(txn, coordinator);
    });
  }
  async #open(accounts) {
    for (const [account, balance] of Object.entries(accounts))
      if (!this.#balances.has(account)) this.#record(['open', account, balance]);
    await this.#context.storage.sync();
    return { type: 'open_ok' };
  }
  /** Votes: replies if it can commit whatever happens from now on, throws if it will not. */
  async #prepare(txn, coordinator, changes) {
    const isBlocked = () =>
      this.#readers.size > 0 || Object.keys(changes).some((account) => this.#isLocked(account));
    const isKnown = () => this.#prepared.has(txn) || this.#finished.has(txn);
    const untilMs = this.#patientUntilMs();
    while (!isKnown() && isBlocked()) await this.#nextRelease(untilMs);
    if (this.#finished.has(txn))
      throw new RpcError(errorCode.abort, `transaction ${txn} is over already`);
    if (!this.#prepared.has(txn)) {
      this.#checkBalances(changes);
      this.#record(['prepared', txn, coordinator, changes]);
    }
    await this.#context.storage.sync();
    return { type: 'prepare_ok' };
  }
  #checkBalances(changes) {
    for (const [account, change] of Object.entries(changes)) {
      const balance = this.#balances.get(account);
      if (balance === undefined)
        throw new RpcError(errorCode.keyDoesNotExist, `there is no account ${account}`);
      if (balance + change < 0)
        throw new RpcError(
          errorCode.preconditionFailed,
          `account ${account} holds ${balance}, which is less than ${-change}`,
        );
    }
  }
  async #decide(txn, commit) {
    if (!this.#finished.has(txn)) this.#record(['decided', txn, commit]);
    await this.#context.storage.sync();
    return { type: 'decide_ok' };
  }
  async #askOutcome(txn, coordinator) {
    try {
      const reply = await this.#context.rpc(coordinator, { type: 'outcome', txn }, patienceMs);
      const outcome = textField(reply, 'outcome');
      if (outcome !== 'pending') await this.#decide(txn, outcome === 'commit');
    } catch (error) {
      // Blocked. Whoever decides alone here may decide otherwise than the others did.
      if (!(error instanceof RpcError)) throw error;
    }
  }
  /** Locks all accounts of this node for a reader, and tells what they hold. */
  async #lock(txn) {
    if (this.#locksReads) {
      const untilMs = this.#patientUntilMs();
      while (this.#prepared.size > 0) await this.#nextRelease(untilMs);
      if (this.#formerReaders.has(txn))
        throw new RpcError(errorCode.abort, `reader ${txn} had its lock`);
      this.#readers.add(txn);
      this.#formerReaders.add(txn);
      this.#context.setTimer(readLockMs, () => {
        this.#release(txn);
      });
      // It may show what a decision has just changed.
      await this.#context.storage.sync();
    }
    return { type: 'lock_ok', epoch: this.#epoch, balances: Object.fromEntries(this.#balances) };
  }
  /** `held`: whether the reader had its lock until now, without a gap. */
  #unlock(txn, epoch) {
    const held = !this.#locksReads || (this.#readers.has(txn) && epoch === this.#epoch);
    this.#release(txn);
    return { type: 'unlock_ok', held };
  }
  #release(txn) {
    if (this.#readers.delete(txn)) this.#wake();
  }
  #isLocked(account) {
    for (const { changes } of this.#prepared.values()) if (account in changes) return true;
    return false;
  }
  #patientUntilMs() {
    return this.#context.monotonicMs() + patienceMs;
  }
  /**
   * Waits until locks are released. Others who waited too may have taken them by then, so who
   * goes on looks again, and takes what it finds free at once.
   * @throws RpcError 30 if that takes too long
   */
  #nextRelease(untilMs) {
    const leftMs = untilMs - this.#context.monotonicMs();
    if (leftMs <= 0)
      throw new RpcError(errorCode.txnConflict, `accounts of ${this.#context.nodeId} are locked`);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#context.setTimer(leftMs, resolve);
    });
  }
  #wake() {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
  #record(record) {
    this.#context.storage.append(fileName, JSON.stringify(record));
    this.#redo(record);
  }
  #redo(record) {
    switch (record[0]) {
      case 'open':
        this.#balances.set(record[1], record[2]);
        return;
      case 'prepared':
        this.#prepared.set(record[1], { coordinator: record[2], changes: record[3] });
        return;
      case 'decided':
        this.#finish(record[1], record[2]);
        return;
      default:
        throw new Error(`unknown record in ${fileName}: ${JSON.stringify(record)}`);
    }
  }
  #finish(txn, commit) {
    const { changes = {} } = this.#prepared.get(txn) ?? {};
    this.#prepared.delete(txn);
    this.#finished.add(txn);
    if (commit)
      for (const [account, change] of Object.entries(changes))
        this.#balances.set(account, (this.#balances.get(account) ?? 0) + change);
    this.#wake();
  }
}
/** A field that holds a number for each of some accounts. */
export function amountsField(body, name) {
  const value = body[name];
  const isAmounts =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((amount) => Number.isSafeInteger(amount));
  if (isAmounts) return value;
  throw new RpcError(
    errorCode.malformedRequest,
    `${body.type}: field "${name}" must hold an integer for each account, found ${JSON.stringify(value)}`,
  );
}
