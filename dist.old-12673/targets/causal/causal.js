/**
 * A store that takes reads and writes at every node and answers from its own copy, whatever
 * becomes of the other nodes. Updates travel to all others and, where they were lost, are asked
 * for again.
 *
 * The correct variant delivers an update after all that its writer may have known of, as the
 * causal memory of Ahamad and others (1995) does, with vector clocks in the manner of Birman,
 * Schiper and Stephenson (1991).
 */
import { anyField, listField, RpcError } from '../../src/node/node.js';
import { Replica } from './replica.js';

/** How often nodes tell each other what they have, so that what was lost is sent again. */
const gossipMs = 250;
/** The same where streams do the work. */
const streamGossipMs = 1000;
const updatesPerMessageMax = 200;
/** How often streams send what has gathered in them. */
const streamsMs = [50, 300, 600, 900];
const requestTimeoutMs = 800;
const fileName = 'updates';
const variants = {
  'vector-clock': { waits: true, compares: true, roams: false, streams: false },
  'last-write-wins': { waits: false, compares: true, roams: false, streams: true },
  'any-replica': { waits: true, compares: true, roams: true, streams: true },
  'last-arrival-wins': { waits: false, compares: false, roams: false, streams: true },
};
/** The program of a node. */
export function causal(context) {
  const at = context.args.indexOf('--variant');
  const variant = at === -1 ? 'vector-clock' : (context.args[at + 1] ?? '');
  const settings = variants[variant];
  if (settings === undefined)
    throw new Error(
      `causal has no variant "${variant}"; it has ${Object.keys(variants).join(', ')}`,
    );
  new CausalNode(context, settings).start();
}
class CausalNode {
  #context;
  #settings;
  #replica;
  #place;
  #peers;
  /** Updates that each stream will send. */
  #streams = streamsMs.map(() => []);
  constructor(context, settings) {
    this.#context = context;
    this.#settings = settings;
    this.#replica = new Replica(context.nodeIds.length, settings);
    this.#place = context.nodeIds.indexOf(context.nodeId);
    this.#peers = context.nodeIds.filter((id) => id !== context.nodeId);
    for (const line of context.storage.readLog(fileName)) this.#replica.take([JSON.parse(line)]);
  }
  start() {
    const context = this.#context;
    context.serve('read', ({ body }) =>
      this.#settings.roams ? this.#roam(body) : this.#read(body),
    );
    context.serve('read_here', ({ body }) => this.#read(body));
    context.serve('write', ({ body }) => this.#write(body));
    context.on('updates', ({ body }) => {
      this.#take(listField(body, 'updates'));
    });
    context.on('have', ({ src, body }) => {
      this.#sendMissing(src, listField(body, 'have').map(Number));
    });
    context.status(() => ({ role: 'replica' }));
    context.every(this.#settings.streams ? streamGossipMs : gossipMs, () => {
      for (const peer of this.#peers)
        this.#sendAfterSync(peer, { type: 'have', have: this.#replica.have });
    });
    for (const [stream, periodMs] of streamsMs.entries())
      context.every(periodMs, () => {
        this.#tellAll(this.#streams[stream]?.splice(0) ?? []);
      });
  }
  async #read(request) {
    const key = anyField(request, 'key');
    try {
      return { type: 'read_ok', value: this.#replica.read(key) };
    } finally {
      // What is shown to a client must not be forgotten: the client may write because of it.
      await this.#context.storage.sync();
    }
  }
  /** The mistake of `any-replica`: a session reads now here, now there. */
  #roam(request) {
    const { nodeIds, nodeId } = this.#context;
    const node = nodeIds[Math.floor(this.#context.random() * nodeIds.length)] ?? nodeId;
    if (node === nodeId) return this.#read(request);
    const body = { type: 'read_here', key: anyField(request, 'key') };
    return this.#context.rpc(node, body, requestTimeoutMs).catch((error) => {
      // One that does not answer is passed over; that it knows no such key is an answer.
      if (error instanceof RpcError && error.code === 0) return this.#read(request);
      throw error;
    });
  }
  async #write(request) {
    const update = this.#replica.write(
      this.#place,
      anyField(request, 'key'),
      anyField(request, 'value'),
    );
    this.#record([update]);
    await this.#context.storage.sync();
    if (!this.#settings.streams) this.#tellAll([update]);
    else this.#streams[hashOf(update.key) % streamsMs.length]?.push(update);
    return { type: 'write_ok' };
  }
  #tellAll(updates) {
    if (updates.length > 0)
      for (const peer of this.#peers) this.#context.send(peer, updatesBody(updates));
  }
  #take(updates) {
    this.#record(this.#replica.take(updates));
  }
  #record(updates) {
    for (const update of updates) this.#context.storage.append(fileName, JSON.stringify(update));
  }
  #sendMissing(peer, have) {
    const missing = this.#replica.missingIn(have, updatesPerMessageMax);
    if (missing.length > 0) this.#sendAfterSync(peer, updatesBody(missing));
  }
  #sendAfterSync(peer, body) {
    void this.#context.storage.sync().then(() => {
      this.#context.send(peer, body);
    });
  }
}
function hashOf(key) {
  let hash = 0;
  for (let i = 0; i < key.length; i += 1) hash = (31 * hash + key.charCodeAt(i)) >>> 0;
  return hash;
}
function updatesBody(updates) {
  return { type: 'updates', updates: updates.map((update) => ({ ...update })) };
}
