/** The edges of all choices of a problem side by side, to be gone through often. */
import { IntList, type Rows, rowsOf } from './integers.ts';
import type { OrderProblem } from './order-problem.ts';

/** The number of a choice * 2 + its side. */
export type Literal = number;

export class ChoiceEdges {
  /** The edges of a literal: from `start[l]` up to `start[l + 1]` in `ends`, two numbers each. */
  readonly start: Int32Array;
  readonly ends: Int32Array;

  constructor({ choiceCount, edgesOf }: OrderProblem) {
    const ends = new IntList(choiceCount * 8);
    this.start = new Int32Array(choiceCount * 2 + 1);
    const edges: number[] = [];
    for (let literal = 0; literal < choiceCount * 2; literal += 1) {
      edges.length = 0;
      edgesOf(literal >> 1, literal % 2 === 0 ? 0 : 1, edges);
      for (const end of edges) ends.push(end);
      this.start[literal + 1] = ends.length;
    }
    this.ends = ends.trimmed();
  }

  /** Per vertex those of some choices whose edges begin or end there. */
  touching(vertexCount: number, choices: readonly number[]): Rows {
    const { start, ends } = this;
    return rowsOf(vertexCount, (visit) => {
      for (const choice of choices)
        for (let at = start[choice * 2] ?? 0; at < (start[choice * 2 + 2] ?? 0); at += 1)
          visit(ends[at] ?? 0, choice);
    });
  }
}
