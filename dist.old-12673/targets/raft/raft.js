/**
 * Raft: a store replicated on all nodes, and the program of a key-value store made with it,
 * which speaks the requests of lin-kv.
 *
 * Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014), with
 * pre-vote (Ongaro's thesis, 9.6), snapshots, and reads by read-index (6.4), which any node
 * answers from its own state after the leader told it how recent that must be. Membership
 * is fixed. Only the monotonic clock is used, and only for liveness.
 */
import {
  booleanField,
  errorCode,
  Forwarder,
  integerField,
  isList,
  KeyValueMap,
  listField,
  RpcError,
  withoutId,
} from '../../src/node/node.js';
import { DurableState, forgetfulStorage } from './durable-state.js';
import { Leadership } from './leadership.js';
import { settingsFrom } from './settings.js';
import { StateMachine } from './state-machine.js';
/** The program of a node. */
export function raft(context) {
  const map = new KeyValueMap();
  const node = new RaftNode(context, settingsFrom(context.args), map);
  context.serve('read', async ({ body }) => {
    await node.catchUp();
    return map.apply(body);
  });
  context.serve('write', ({ body }) => node.change(body));
  context.serve('cas', ({ body }) => node.change(body));
  node.start();
}
/** One of the nodes that hold a copy of `store`. */
export class RaftNode {
  #context;
  #settings;
  #durable;
  #machine;
  #forwarder;
  #peers;
  #majority;
  #role = { name: 'follower', leader: undefined };
  #commitIndex = 0;
  /** When to stand for election, by the monotonic clock. */
  #electionAtMs = 0;
  #leaderHeardMs = Number.NEGATIVE_INFINITY;
  constructor(context, settings, store) {
    this.#context = context;
    this.#settings = settings;
    this.#machine = new StateMachine(store);
    this.#durable = new DurableState(
      settings.variant === 'no-fsync' ? forgetfulStorage : context.storage,
    );
    const { snapshot } = this.#durable;
    if (snapshot !== undefined) {
      this.#machine.load(snapshot.index, snapshot.state);
      this.#commitIndex = snapshot.index;
    }
    this.#peers = context.nodeIds.filter((id) => id !== context.nodeId);
    this.#majority = Math.floor(context.nodeIds.length / 2) + 1;
    this.#forwarder = new Forwarder(context, {
      timeoutMs: settings.requestTimeoutMs,
      inCharge: () => this.#leadership?.term,
      carryOut: (request) => this.change(request),
    });
  }
  start() {
    const context = this.#context;
    context.on('pre_vote', (message) => {
      this.#onPreVote(message);
    });
    context.on('pre_vote_reply', (message) => {
      this.#onPreVoteReply(message);
    });
    context.on('request_vote', (message) => {
      this.#onRequestVote(message);
    });
    context.on('vote_reply', (message) => {
      this.#onVoteReply(message);
    });
    context.on('append_entries', (message) => {
      this.#onAppendEntries(message);
    });
    context.on('install_snapshot', (message) => {
      this.#onInstallSnapshot(message);
    });
    context.on('append_reply', ({ src, body }) => {
      if (integerField(body, 'term') > this.#durable.term) this.#follow(body, undefined);
      this.#leadership?.onAppendReply(src, body);
    });
    context.serve('read_index', async () => ({
      type: 'read_index_ok',
      index: await this.#readIndexHere(),
    }));
    context.serve('leader', () => this.#belief());
    context.status(() => ({ role: this.#role.name }));
    this.#putOffElection();
    context.every(this.#settings.heartbeatMs, () => {
      this.#leadership?.tick();
      this.#machine.wake(context.monotonicMs());
    });
    this.#watchForElection();
  }
  /** True if this node leads, as far as it knows. */
  get leads() {
    return this.#role.name === 'leader';
  }
  get #leadership() {
    return this.#role.name === 'leader' ? this.#role.leadership : undefined;
  }
  /** The leader of this term, and the term, or a refusal: nothing was done. */
  #leader() {
    const id = this.#role.name === 'follower' ? this.#role.leader : undefined;
    if (id === undefined)
      throw new RpcError(
        errorCode.temporarilyUnavailable,
        `${this.#context.nodeId} knows no leader of term ${this.#durable.term}`,
      );
    return { id, term: this.#durable.term };
  }
  // Requests of clients.
  /** Who leads, as this node believes; said once it can no longer forget the term. */
  #belief() {
    const followed = this.#role.name === 'follower' ? this.#role.leader : undefined;
    const leader = this.leads ? this.#context.nodeId : (followed ?? null);
    const belief = { type: 'leader_ok', term: this.#durable.term, leader };
    return new Promise((resolve) => {
      this.#durable.whenDurable(() => {
        resolve(belief);
      });
    });
  }
  /**
   * Has a command applied on all nodes, and resolves to what the store replied. Rejects with
   * what it threw, with 11 if nothing was done, with 0 if the outcome is unknown.
   */
  async change(request) {
    const command = withoutId(request);
    const leadership = this.#leadership;
    if (leadership !== undefined) return leadership.propose(command);
    const { id, term } = this.#leader();
    return this.#forwarder.forward(id, term, command);
  }
  /**
   * Resolves once the store of this node holds all that was acknowledged, by any node, before
   * the call. Rejects with 11 (nothing was done) if that cannot be had.
   */
  async catchUp() {
    const untilMs = this.#context.monotonicMs() + this.#settings.requestTimeoutMs;
    try {
      await this.#machine.applied(await this.#readIndex(), untilMs);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      throw new RpcError(errorCode.temporarilyUnavailable, error.message);
    }
  }
  async #readIndex() {
    if (this.#leadership !== undefined) return this.#readIndexHere();
    const { id } = this.#leader();
    const body = { type: 'read_index' };
    const reply = await this.#context.rpc(id, body, this.#settings.requestTimeoutMs);
    return integerField(reply, 'index');
  }
  async #readIndexHere() {
    const leadership = this.#leadership;
    if (leadership !== undefined) return leadership.readIndex();
    throw new RpcError(errorCode.temporarilyUnavailable, `${this.#context.nodeId} does not lead`);
  }
  // Elections.
  #putOffElection() {
    const { electionMinMs, electionMaxMs } = this.#settings;
    this.#electionAtMs =
      this.#context.monotonicMs() +
      electionMinMs +
      (electionMaxMs - electionMinMs) * this.#context.random();
  }
  #watchForElection() {
    const waitMs = this.#electionAtMs - this.#context.monotonicMs();
    if (waitMs <= 0 && this.#role.name === 'leader') this.#putOffElection();
    else if (waitMs <= 0) this.#askForPreVotes();
    this.#context.setTimer(Math.max(1, this.#electionAtMs - this.#context.monotonicMs()), () => {
      this.#watchForElection();
    });
  }
  /** Would a majority vote for this node? Asked first, so that a cut-off node raises no terms. */
  #askForPreVotes() {
    this.#putOffElection();
    this.#role = { name: 'pre-candidate', votes: new Set([this.#context.nodeId]) };
    this.#askForVotes('pre_vote', this.#durable.term + 1);
    this.#countVotes();
  }
  #standForElection() {
    const { nodeId } = this.#context;
    const term = this.#durable.term + 1;
    this.#durable.setTerm(term, nodeId);
    this.#putOffElection();
    this.#role = { name: 'candidate', votes: new Set() };
    this.#durable.whenDurable(() => {
      if (this.#role.name !== 'candidate' || this.#durable.term !== term) return;
      this.#role.votes.add(nodeId);
      this.#askForVotes('request_vote', term);
      this.#countVotes();
    });
  }
  #askForVotes(type, term) {
    const { lastIndex, lastTerm } = this.#durable.log;
    for (const peer of this.#peers)
      this.#context.send(peer, { type, term, last_index: lastIndex, last_term: lastTerm });
  }
  #countVotes() {
    const role = this.#role;
    if (!('votes' in role) || role.votes.size < this.#majority) return;
    if (role.name === 'pre-candidate') this.#standForElection();
    else this.#lead();
  }
  #onPreVote({ src, body }) {
    const hasLeader =
      this.#role.name === 'leader' ||
      this.#context.monotonicMs() - this.#leaderHeardMs < this.#settings.electionMinMs;
    const term = integerField(body, 'term');
    const granted = !hasLeader && term > this.#durable.term && this.#isUpToDate(body);
    const reply = { type: 'pre_vote_reply', asked: term, term: this.#durable.term, granted };
    this.#durable.whenDurable(() => {
      this.#context.send(src, reply);
    });
  }
  #onPreVoteReply({ src, body }) {
    if (integerField(body, 'term') > this.#durable.term) this.#follow(body, undefined);
    if (this.#role.name !== 'pre-candidate') return;
    if (integerField(body, 'asked') !== this.#durable.term + 1) return;
    if (!booleanField(body, 'granted')) return;
    this.#role.votes.add(src);
    this.#countVotes();
  }
  #onRequestVote({ src, body }) {
    const term = integerField(body, 'term');
    if (term > this.#durable.term) this.#follow(body, undefined);
    const { votedFor } = this.#durable;
    const isFree =
      votedFor === null || votedFor === src || this.#settings.variant === 'double-vote';
    const granted = term === this.#durable.term && isFree && this.#isUpToDate(body);
    if (granted) {
      if (votedFor !== src) this.#durable.setTerm(term, src);
      this.#putOffElection();
    }
    const reply = { type: 'vote_reply', term: this.#durable.term, granted };
    this.#durable.whenDurable(() => {
      this.#context.send(src, reply);
    });
  }
  #onVoteReply({ src, body }) {
    const term = integerField(body, 'term');
    if (term > this.#durable.term) this.#follow(body, undefined);
    if (this.#role.name !== 'candidate' || term !== this.#durable.term) return;
    if (!booleanField(body, 'granted')) return;
    this.#role.votes.add(src);
    this.#countVotes();
  }
  /** Is the log of a candidate at least as complete as this one's? */
  #isUpToDate(body) {
    const { lastIndex, lastTerm } = this.#durable.log;
    const term = integerField(body, 'last_term');
    return term > lastTerm || (term === lastTerm && integerField(body, 'last_index') >= lastIndex);
  }
  #lead() {
    const leadership = new Leadership({
      context: this.#context,
      durable: this.#durable,
      settings: this.#settings,
      commitIndex: () => this.#commitIndex,
      commit: (index) => {
        this.#commit(index);
      },
      stepDown: (reason) => {
        this.#context.log(`steps down in term ${this.#durable.term}: ${reason}`);
        this.#becomeFollower(undefined);
      },
    });
    this.#context.log(`leads term ${leadership.term}`);
    this.#role = { name: 'leader', leadership };
    leadership.begin();
  }
  /** Takes over the term of a message, if it is newer, and follows. */
  #follow(body, leader) {
    const term = integerField(body, 'term');
    if (term > this.#durable.term) this.#durable.setTerm(term, null);
    this.#becomeFollower(leader);
  }
  #becomeFollower(leader) {
    const leadership = this.#leadership;
    this.#role = { name: 'follower', leader };
    if (leadership === undefined) return;
    leadership.end();
    this.#putOffElection();
  }
  // Replication, seen from a follower.
  #onAppendEntries({ src, body }) {
    if (!this.#acceptLeader(src, body)) return;
    const prevIndex = integerField(body, 'prev_index');
    const prevTerm = integerField(body, 'prev_term');
    const { log } = this.#durable;
    // What a snapshot covers was committed, so it is as the leader has it.
    const covered = prevIndex < log.firstIndex - 1;
    if (!covered && log.termAt(prevIndex) !== prevTerm) {
      this.#answerConflict(src, body, prevIndex);
      return;
    }
    const commands = listField(body, 'commands');
    const term = integerField(body, 'entries_term');
    for (const [offset, command] of commands.entries()) {
      const index = prevIndex + 1 + offset;
      if (index < log.firstIndex || log.termAt(index) === term) continue;
      if (index <= this.#commitIndex)
        this.#context.log(`entry ${index} was committed, and is overwritten by term ${term}`);
      this.#durable.put(index, { term, command });
    }
    const matchIndex = prevIndex + commands.length;
    this.#commit(Math.min(integerField(body, 'commit'), matchIndex));
    this.#answer(src, body, { ok: true, match_index: matchIndex });
  }
  #onInstallSnapshot({ src, body }) {
    if (!this.#acceptLeader(src, body)) return;
    const index = integerField(body, 'index');
    if (index > this.#commitIndex) {
      const state = isList(body['state']) ? body['state'] : [];
      this.#durable.install({ index, term: integerField(body, 'snapshot_term'), state });
      this.#machine.load(index, state);
      this.#commitIndex = index;
      this.#machine.wake(this.#context.monotonicMs());
    }
    this.#answer(src, body, { ok: true, match_index: index });
  }
  /** False, and answered, if the sender leads an older term. */
  #acceptLeader(src, body) {
    const term = integerField(body, 'term');
    if (term < this.#durable.term) {
      this.#answer(src, body, { ok: false, conflict_term: null, conflict_index: 1 });
      return false;
    }
    // A term has one leader, and that is this node: only a new term makes it follow.
    if (term === this.#leadership?.term) return false;
    this.#follow(body, src);
    this.#leaderHeardMs = this.#context.monotonicMs();
    this.#putOffElection();
    return true;
  }
  /** Tells where a leader should go on, skipping a whole term at a time. */
  #answerConflict(src, body, prevIndex) {
    const { log } = this.#durable;
    const term = log.termAt(prevIndex);
    this.#answer(src, body, {
      ok: false,
      conflict_term: term ?? null,
      conflict_index: term === undefined ? log.lastIndex + 1 : log.startOfTermAt(prevIndex),
    });
  }
  /** Answers a leader, when what the answer rests on is on the disk. */
  #answer(src, body, answer) {
    const reply = {
      ...answer,
      type: 'append_reply',
      term: this.#durable.term,
      round: integerField(body, 'round'),
      to_data: body['data'] !== false,
    };
    this.#durable.whenDurable(() => {
      this.#context.send(src, reply);
    });
  }
  #commit(index) {
    if (index <= this.#commitIndex) return;
    this.#commitIndex = index;
    while (this.#machine.appliedIndex < index) {
      const next = this.#machine.appliedIndex + 1;
      const entry = this.#durable.log.entryAt(next);
      if (entry === undefined) break;
      const outcome = this.#machine.apply(next, entry.command);
      const leadership = this.#leadership;
      if (leadership?.term === entry.term) leadership.applied(next, outcome);
    }
    this.#machine.wake(this.#context.monotonicMs());
    const sinceSnapshot = this.#machine.appliedIndex - (this.#durable.snapshot?.index ?? 0);
    if (sinceSnapshot >= this.#settings.snapshotEvery)
      this.#durable.compact(this.#machine.appliedIndex, this.#machine.dump());
  }
}
