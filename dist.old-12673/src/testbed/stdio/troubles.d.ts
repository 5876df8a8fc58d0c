/** What went wrong in nodes, gathered so that a node that repeats itself stays one entry. */
import type { NodeTrouble } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
export declare class Troubles {
  #private;
  /** `heard` is told of each kind of trouble when it first happens. */
  constructor(heard: ((trouble: NodeTrouble) => void) | undefined);
  /** `about` tells one cause from another; the text of the first is kept. */
  add(node: NodeId, kind: NodeTrouble['kind'], about: string, text: string): void;
  list(): readonly NodeTrouble[];
  of(node: NodeId): readonly NodeTrouble[];
}
