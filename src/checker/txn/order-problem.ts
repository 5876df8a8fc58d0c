/** The question of `order-search.ts`: edges that there are, and choices between two sets of edges. */
import type { IntList } from './integers.ts';

export interface OrderProblem {
  readonly vertexCount: number;
  /** Two numbers an edge: from, to, from, to, … */
  readonly known: IntList;
  readonly choiceCount: number;
  /** Appends the edges of a side, two numbers each; always the same ones. */
  readonly edgesOf: (choice: number, side: 0 | 1, edges: number[]) => void;
  /** Where each vertex would stand in an order that suggests itself. */
  readonly rank: (vertex: number) => number;
}
