/**
 * Leader election by Garcia-Molina's Bully algorithm ("Elections in a Distributed Computing
 * System", 1982): of the nodes that are up the one with the highest name leads. Each election
 * begins a term; terms are kept on disk.
 *
 * The original (`classic`) takes silence for death, and so needs a network that never fails:
 * each side of a partition elects its own. The correct variant (`majority`) lets a node lead
 * only with the consent of a majority, each of which consents to one candidate a term.
 */
import { integerField } from '../../src/node/node.js';

const heartbeatMs = 50;
/** A node that was not heard of for so long is taken to be down. */
const silenceMs = 300;
/** How long a candidate waits for those who object. */
const objectionMs = 100;
/** The program of a node. */
export function bully(context) {
  const at = context.args.indexOf('--variant');
  const variant = at === -1 ? 'majority' : context.args[at + 1];
  if (variant !== 'majority' && variant !== 'classic')
    throw new Error(`bully has no variant "${variant}"; it has majority, classic`);
  new BullyNode(context, variant === 'majority').start();
}
class BullyNode {
  #context;
  #needsMajority;
  /** In ascending order of names, which is also that of rank. */
  #peers;
  #term;
  #leader;
  #role = { name: 'follower' };
  #electionAtMs = 0;
  /** When each peer was heard last. */
  #heardMs = new Map();
  /** Whom the leader of `classic` counts on. */
  #group = new Set();
  constructor(context, needsMajority) {
    this.#context = context;
    this.#needsMajority = needsMajority;
    this.#peers = context.nodeIds.filter((id) => id !== context.nodeId);
    this.#term = Number(context.storage.read('term') ?? 0);
  }
  start() {
    const context = this.#context;
    const handlers = {
      election: (message) => {
        this.#onElection(message);
      },
      consent: ({ src, body }) => {
        this.#onConsent(src, integerField(body, 'term'));
      },
      object: ({ body }) => {
        this.#onObjection(integerField(body, 'term'));
      },
      coordinator: (message) => {
        this.#onCoordinator(message);
      },
      here: () => undefined,
    };
    for (const [type, handler] of Object.entries(handlers))
      context.on(type, (message) => {
        this.#heardMs.set(message.src, context.monotonicMs());
        handler(message);
      });
    context.serve('leader', () => this.#belief());
    context.status(() => ({ role: this.#role.name }));
    this.#putOffElection(silenceMs);
    context.every(heartbeatMs, () => {
      this.#tick();
    });
  }
  /** What a client is told must survive this node, or it would go back to an earlier term. */
  async #belief() {
    const belief = { type: 'leader_ok', term: this.#term, leader: this.#leader ?? null };
    await this.#context.storage.sync();
    return belief;
  }
  #tick() {
    const nowMs = this.#context.monotonicMs();
    if (this.#role.name !== 'leader') {
      if (nowMs >= this.#electionAtMs) this.#stand();
      return;
    }
    this.#tellAll({ type: 'coordinator', term: this.#term });
    const isSilent = (id) => nowMs - (this.#heardMs.get(id) ?? 0) > silenceMs;
    // The group has changed: those who are left elect anew.
    if (!this.#needsMajority && [...this.#group].some(isSilent)) this.#stand();
    else for (const id of this.#peers) if (!isSilent(id)) this.#group.add(id);
  }
  #putOffElection(waitMs) {
    this.#electionAtMs = this.#context.monotonicMs() + waitMs * (1 + 0.5 * this.#context.random());
  }
  /** With majorities a term is what candidates ask consent for; else it begins with its leader. */
  #stand() {
    if (this.#needsMajority) this.#learnTerm(this.#term + 1);
    const term = this.#term;
    const role = { name: 'candidate', consents: new Set([this.#context.nodeId]) };
    this.#role = role;
    this.#putOffElection(silenceMs);
    void this.#context.storage.sync().then(() => {
      if (this.#role !== role) return;
      const asked = this.#needsMajority
        ? this.#peers
        : this.#peers.filter((id) => this.#yieldsTo(id));
      for (const id of asked) this.#context.send(id, { type: 'election', term });
      if (this.#needsMajority) this.#countConsents(role.consents);
      else
        this.#context.setTimer(objectionMs, () => {
          if (this.#role === role) this.#lead();
        });
    });
  }
  #onElection({ src, body }) {
    const term = integerField(body, 'term');
    if (!this.#yieldsTo(src)) {
      // It is this node that should lead.
      this.#learnTerm(term);
      this.#send(src, { type: 'object', term: this.#term });
      if (this.#role.name === 'follower') this.#stand();
    } else if (term > this.#term) {
      this.#learnTerm(term);
      this.#putOffElection(silenceMs);
      if (this.#needsMajority) this.#send(src, { type: 'consent', term });
    } else this.#send(src, { type: 'object', term: this.#term });
  }
  #onConsent(src, term) {
    if (this.#role.name !== 'candidate' || term !== this.#term) return;
    this.#role.consents.add(src);
    this.#countConsents(this.#role.consents);
  }
  #countConsents(consents) {
    if (consents.size > this.#context.nodeIds.length / 2) this.#lead();
  }
  /** A higher node is up, or a later term has begun. */
  #onObjection(term) {
    if (this.#role.name === 'candidate' || term > this.#term) this.#role = { name: 'follower' };
    this.#learnTerm(term);
    this.#putOffElection(2 * objectionMs);
  }
  #lead() {
    if (!this.#needsMajority) this.#learnTerm(this.#term + 1);
    this.#role = { name: 'leader' };
    this.#leader = this.#context.nodeId;
    this.#group = new Set();
    this.#context.log(`leads term ${this.#term}`);
    this.#tellAll({ type: 'coordinator', term: this.#term });
  }
  #onCoordinator({ src, body }) {
    const term = integerField(body, 'term');
    if (term < this.#term) {
      this.#send(src, { type: 'object', term: this.#term });
      return;
    }
    this.#learnTerm(term);
    // Two that lead one term, as `classic` may have them: the higher one stays.
    if (this.#role.name === 'leader' && !this.#yieldsTo(src)) return;
    this.#role = { name: 'follower' };
    this.#leader = src;
    this.#send(src, { type: 'here' });
    // The bully: whoever outranks the leader takes its place, though not at once.
    if (this.#yieldsTo(src)) this.#putOffElection(silenceMs);
  }
  /** A later term ends what this node was in the one before. */
  #learnTerm(term) {
    if (term <= this.#term) return;
    this.#term = term;
    this.#leader = undefined;
    this.#role = { name: 'follower' };
    this.#context.storage.write('term', String(term));
  }
  #yieldsTo(id) {
    const { nodeIds, nodeId } = this.#context;
    return nodeIds.indexOf(id) > nodeIds.indexOf(nodeId);
  }
  /** Sends when what the message says of this node is on the disk. */
  #send(dest, body) {
    void this.#context.storage.sync().then(() => {
      this.#context.send(dest, body);
    });
  }
  #tellAll(body) {
    for (const id of this.#peers) this.#send(id, body);
  }
}
