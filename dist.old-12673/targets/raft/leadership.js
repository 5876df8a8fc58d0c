/**
 * A leader during one term: replication, the commit rule, and reads that are confirmed by a
 * round of heartbeats. An object for each term, so that nothing of an old term can leak
 * into a new one.
 *
 * Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm" (2014), and
 * Ongaro's thesis (2014), section 6.4, for reads.
 */
import { booleanField, errorCode, integerField, RpcError } from '../../src/node/node.js';

class Peer {
  id;
  /** The next entry to send. */
  next;
  /** The last entry that it is known to have, on its disk. */
  match = 0;
  /** Entries are under way; none are sent before an answer, or before this time. */
  busyUntilMs = 0;
  /** The last round that it answered. */
  round = 0;
  answeredMs;
  constructor(id, next, nowMs) {
    this.id = id;
    this.next = next;
    this.answeredMs = nowMs;
  }
  leaveAloneUntil(timeMs) {
    this.busyUntilMs = timeMs;
  }
}
/** A snapshot is big: it is not sent again as soon as entries are. */
const snapshotPatienceMs = 500;
export class Leadership {
  term;
  #host;
  #peers = new Map();
  #majority;
  #proposals = new Map();
  #reads = [];
  #round = 0;
  #confirmedRound = 0;
  #roundIsWanted = false;
  #isOver = false;
  constructor(host) {
    this.#host = host;
    this.term = host.durable.term;
    const { nodeId, nodeIds } = host.context;
    this.#majority = Math.floor(nodeIds.length / 2) + 1;
    const next = host.durable.log.lastIndex + 1;
    for (const id of nodeIds)
      if (id !== nodeId) this.#peers.set(id, new Peer(id, next, this.#nowMs));
  }
  /** Begins the term. Its no-op lets entries of older terms commit, and reads begin. */
  begin() {
    // Who commits entries of older terms by counting copies sees no need for a no-op.
    if (this.#host.settings.variant !== 'commit-old-term') this.#append(null);
    this.#startRound();
  }
  /** Resolves to the reply once the command is committed and applied. */
  propose(command) {
    return new Promise((resolve, reject) => {
      const untilMs = this.#nowMs + this.#host.settings.requestTimeoutMs;
      this.#proposals.set(this.#append(command), { untilMs, resolve, reject });
      for (const peer of this.#peers.values()) this.#replicate(peer);
    });
  }
  /** An index such that a state that includes it is recent enough for a read that came now. */
  readIndex() {
    if (this.#host.settings.variant === 'stale-reads')
      return Promise.resolve(this.#host.commitIndex());
    return new Promise((resolve, reject) => {
      const untilMs = this.#nowMs + this.#host.settings.requestTimeoutMs;
      this.#reads.push({ index: undefined, round: 0, untilMs, resolve, reject });
      this.#advanceReads();
    });
  }
  /** Entry `index` was applied: answers the client that waits for it. */
  applied(index, outcome) {
    const proposal = this.#proposals.get(index);
    this.#proposals.delete(index);
    if (outcome.kind === 'done') proposal?.resolve(outcome.reply);
    else proposal?.reject(outcome.error);
  }
  onAppendReply(src, reply) {
    const peer = this.#peers.get(src);
    if (peer === undefined || integerField(reply, 'term') !== this.term) return;
    peer.answeredMs = this.#nowMs;
    peer.round = Math.max(peer.round, integerField(reply, 'round'));
    // The answer to a mere heartbeat says nothing of the entries that are under way.
    if (booleanField(reply, 'to_data')) peer.busyUntilMs = 0;
    if (booleanField(reply, 'ok')) {
      peer.match = Math.max(peer.match, integerField(reply, 'match_index'));
      peer.next = Math.max(peer.next, peer.match + 1);
      this.#advanceCommit();
    } else if (this.#nowMs >= peer.busyUntilMs)
      peer.next = Math.max(peer.match + 1, this.#nextAfterConflict(reply));
    if (this.#isOver) return;
    this.#confirmRounds();
    if (peer.next <= this.#host.durable.log.lastIndex) this.#replicate(peer);
  }
  /** Every `heartbeatMs`. */
  tick() {
    const { settings } = this.#host;
    const nowMs = this.#nowMs;
    const recent = [...this.#peers.values()].filter(
      (peer) => nowMs - peer.answeredMs < settings.patienceMs,
    );
    if (recent.length + 1 < this.#majority) {
      this.#host.stepDown(`no majority answered for ${settings.patienceMs} ms`);
      return;
    }
    this.#expire(nowMs);
    this.#startRound();
  }
  /** The term is over. What was proposed may be committed by a later leader, or never. */
  end() {
    this.#isOver = true;
    for (const proposal of this.#proposals.values())
      proposal.reject(new RpcError(errorCode.timeout, 'leadership was lost; outcome unknown'));
    for (const read of this.#reads)
      read.reject(new RpcError(errorCode.temporarilyUnavailable, 'leadership was lost'));
    this.#proposals.clear();
    this.#reads = [];
  }
  get #nowMs() {
    return this.#host.context.monotonicMs();
  }
  #append(command) {
    const { durable } = this.#host;
    const index = durable.log.lastIndex + 1;
    durable.put(index, { term: this.term, command });
    durable.whenDurable(() => {
      if (!this.#isOver) this.#advanceCommit();
    });
    return index;
  }
  /**
   * An entry is committed when a majority has it on disk, and it is of this term: one of an
   * older term may still be overwritten (figure 8 of the paper).
   */
  #advanceCommit() {
    const { durable, settings } = this.#host;
    const matched = [durable.durableIndex, ...[...this.#peers.values()].map((peer) => peer.match)];
    matched.sort((a, b) => b - a);
    const copies = settings.variant === 'ack-before-quorum' ? 1 : this.#majority;
    const index = matched[copies - 1] ?? 0;
    const isOwn = durable.log.termAt(index) === this.term;
    if (index <= this.#host.commitIndex()) return;
    if (!isOwn && settings.variant !== 'commit-old-term') return;
    this.#host.commit(index);
    this.#advanceReads();
  }
  #nextAfterConflict(reply) {
    const term = reply['conflict_term'];
    const end = typeof term === 'number' ? this.#host.durable.log.endOfTerm(term) : undefined;
    return end === undefined ? integerField(reply, 'conflict_index') : end + 1;
  }
  #replicate(peer) {
    const { durable, settings } = this.#host;
    if (this.#nowMs < peer.busyUntilMs) return;
    if (peer.next < durable.log.firstIndex) this.#sendSnapshot(peer);
    else this.#sendEntries(peer, settings.entriesPerMessageMax);
  }
  /** One message carries entries of one term. */
  #sendEntries(peer, countMax) {
    const { context, durable, settings } = this.#host;
    const { log } = durable;
    // After a snapshot was sent, the entry before `next` may be gone.
    const next = Math.max(peer.next, log.firstIndex);
    const entries = log.runFrom(next, countMax);
    if (entries.length > 0) peer.leaveAloneUntil(this.#nowMs + settings.heartbeatMs);
    context.send(peer.id, {
      type: 'append_entries',
      term: this.term,
      prev_index: next - 1,
      prev_term: log.termAt(next - 1) ?? 0,
      entries_term: entries[0]?.term ?? 0,
      commands: entries.map((entry) => entry.command),
      commit: this.#host.commitIndex(),
      round: this.#round,
      data: entries.length > 0,
    });
  }
  #sendSnapshot(peer) {
    const { context, durable } = this.#host;
    const { snapshot } = durable;
    if (snapshot === undefined) return;
    peer.leaveAloneUntil(this.#nowMs + snapshotPatienceMs);
    context.send(peer.id, {
      type: 'install_snapshot',
      term: this.term,
      index: snapshot.index,
      snapshot_term: snapshot.term,
      state: snapshot.state,
      round: this.#round,
    });
  }
  /** A message to every peer, whose answers show that it still follows this leader. */
  #startRound() {
    this.#roundIsWanted = false;
    this.#round += 1;
    for (const peer of this.#peers.values()) {
      const isBusy = this.#nowMs < peer.busyUntilMs;
      if (isBusy || peer.next < this.#host.durable.log.firstIndex) this.#sendEntries(peer, 0);
      this.#replicate(peer);
    }
    this.#confirmRounds();
  }
  #confirmRounds() {
    const rounds = [this.#round, ...[...this.#peers.values()].map((peer) => peer.round)];
    rounds.sort((a, b) => b - a);
    this.#confirmedRound = Math.max(this.#confirmedRound, rounds[this.#majority - 1] ?? 0);
    this.#advanceReads();
    if (this.#roundIsWanted && this.#confirmedRound === this.#round) this.#startRound();
  }
  /** Gives waiting reads an index and a round, and lets go those whose round is confirmed. */
  #advanceReads() {
    const { durable, settings } = this.#host;
    const commitIndex = this.#host.commitIndex();
    // Before its first commit a leader may not know what its predecessors committed.
    const isReady =
      settings.variant === 'commit-old-term' || durable.log.termAt(commitIndex) === this.term;
    for (const read of this.#reads) {
      if (read.index !== undefined || !isReady) continue;
      read.index = commitIndex;
      read.round = this.#nextRound();
    }
    const isConfirmed = (read) => read.index !== undefined && read.round <= this.#confirmedRound;
    for (const read of this.#reads) if (isConfirmed(read)) read.resolve(read.index ?? 0);
    this.#reads = this.#reads.filter((read) => !isConfirmed(read));
  }
  /** The number of a round that begins now or later. At most one is under way for reads. */
  #nextRound() {
    if (this.#confirmedRound < this.#round) {
      this.#roundIsWanted = true;
      return this.#round + 1;
    }
    this.#startRound();
    return this.#round;
  }
  #expire(nowMs) {
    for (const [index, proposal] of this.#proposals) {
      if (proposal.untilMs > nowMs) break;
      this.#proposals.delete(index);
      proposal.reject(new RpcError(errorCode.timeout, 'no majority yet; outcome unknown'));
    }
    const late = this.#reads.filter((read) => read.untilMs <= nowMs);
    this.#reads = this.#reads.filter((read) => read.untilMs > nowMs);
    for (const read of late)
      read.reject(
        new RpcError(errorCode.temporarilyUnavailable, 'no majority confirms this leader'),
      );
  }
}
