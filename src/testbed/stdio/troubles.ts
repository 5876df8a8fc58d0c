/** What went wrong in nodes, gathered so that a node that repeats itself stays one entry. */
import type { NodeTrouble } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';

/** Entries beyond this are counted with the last one of their kind and node. */
const entriesMax = 200;

export class Troubles {
  readonly #found = new Map<string, NodeTrouble>();
  readonly #heard: ((trouble: NodeTrouble) => void) | undefined;

  /** `heard` is told of each kind of trouble when it first happens. */
  constructor(heard: ((trouble: NodeTrouble) => void) | undefined) {
    this.#heard = heard;
  }

  /** `about` tells one cause from another; the text of the first is kept. */
  add(node: NodeId, kind: NodeTrouble['kind'], about: string, text: string): void {
    const isFull = this.#found.size >= entriesMax;
    const key = JSON.stringify([node, kind, isFull ? 'others' : about]);
    const found = this.#found.get(key);
    const trouble = { node, kind, text: found?.text ?? text, count: (found?.count ?? 0) + 1 };
    this.#found.set(key, trouble);
    if (found === undefined) this.#heard?.(trouble);
  }

  list(): readonly NodeTrouble[] {
    return [...this.#found.values()];
  }

  of(node: NodeId): readonly NodeTrouble[] {
    return this.list().filter((trouble) => trouble.node === node);
  }
}
