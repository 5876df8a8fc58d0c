/**
 * `lww-kv`: eventually consistent, the last writer wins. Several replicas; on each request one
 * drawn replica is merged into another (perhaps itself), and then a drawn replica answers.
 * Each replica has a Lamport clock, which stamps its writes; the later stamp wins, and of two
 * equal stamps the larger value, so that all replicas agree whichever way they were merged.
 * (In Maelstrom the source of the merge wins, and replicas can swap their values for ever.)
 */
import { present } from '../../../base/assert.ts';
import { canonical, type JsonObject } from '../../../base/json.ts';
import type { Random } from '../../../base/prng.ts';
import { applyRequest, type Cell, isRequest, isSameCell, parseRequest } from './key-value.ts';
import type { Service } from './service.ts';

interface Stamped {
  readonly stamp: number;
  readonly cell: Cell;
}

interface Replica {
  clock: number;
  readonly cells: Map<string, Stamped>;
}

export class LastWriterWinsKeyValue implements Service {
  readonly name = 'lww-kv';
  readonly #random: Random;
  readonly #replicas: readonly Replica[];

  constructor(random: Random, replicaCount: number) {
    this.#random = random;
    this.#replicas = Array.from({ length: replicaCount }, () => ({ clock: 0, cells: new Map() }));
  }

  answer(_client: string, body: JsonObject): JsonObject {
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

  #draw(): Replica {
    return present(this.#replicas[this.#random.int(this.#replicas.length)], 'a replica');
  }
}

/** Brings what `source` knows to `target`. */
function merge(source: Replica, target: Replica): void {
  if (source === target) return;
  for (const [key, theirs] of source.cells) {
    const ours = target.cells.get(key);
    if (ours === undefined || wins(theirs, ours)) target.cells.set(key, theirs);
  }
  // eslint-disable-next-line no-param-reassign -- merging is what it is for
  target.clock = Math.max(target.clock, source.clock);
}

function wins(a: Stamped, b: Stamped): boolean {
  if (a.stamp !== b.stamp) return a.stamp > b.stamp;
  return canonical(a.cell ?? null) > canonical(b.cell ?? null);
}
