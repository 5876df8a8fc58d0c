/**
 * `lww-kv`: eventually consistent, the last writer wins. Several replicas; on each request one
 * drawn replica is merged into another (perhaps itself), and then a drawn replica answers.
 * Each replica has a Lamport clock, which stamps its writes; the later stamp wins, and of two
 * equal stamps the larger value, so that all replicas agree whichever way they were merged.
 * (In Maelstrom the source of the merge wins, and replicas can swap their values for ever.)
 */
import { present } from '../../../base/assert.js';
import { canonical } from '../../../base/json.js';
import { applyRequest, isRequest, isSameCell, parseRequest } from './key-value.js';
export class LastWriterWinsKeyValue {
  name = 'lww-kv';
  #random;
  #replicas;
  constructor(random, replicaCount) {
    this.#random = random;
    this.#replicas = Array.from({ length: replicaCount }, () => ({ clock: 0, cells: new Map() }));
  }
  answer(_client, body) {
    const request = parseRequest(this.name, body);
    if (!isRequest(request)) return request;
    merge(this.#draw(), this.#draw());
    const replica = this.#draw();
    const cell = replica.cells.get(request.key)?.cell;
    // A key that is not there is never created by a cas here, whatever the request says.
    const asked = request.type === 'cas' ? { ...request, createsIfMissing: false } : request;
    const step = applyRequest(asked, cell);
    if (request.type === 'write' || !isSameCell(step.cell, cell)) {
      replica.clock += 1;
      replica.cells.set(request.key, { stamp: replica.clock, cell: step.cell });
    }
    return step.reply;
  }
  #draw() {
    return present(this.#replicas[this.#random.int(this.#replicas.length)], 'a replica');
  }
}
/** Brings what `source` knows to `target`. */
function merge(source, target) {
  if (source === target) return;
  for (const [key, theirs] of source.cells) {
    const ours = target.cells.get(key);
    if (ours === undefined || wins(theirs, ours)) target.cells.set(key, theirs);
  }
  // eslint-disable-next-line no-param-reassign -- merging is what it is for
  target.clock = Math.max(target.clock, source.clock);
}
function wins(a, b) {
  if (a.stamp !== b.stamp) return a.stamp > b.stamp;
  return canonical(a.cell ?? null) > canonical(b.cell ?? null);
}
