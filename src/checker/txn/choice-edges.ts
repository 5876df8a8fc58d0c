/** The edges of all choices of a problem side by side, to be gone through often. */
import { IntList } from './integers.ts';
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

  /** Per vertex those of some choices whose edges begin or end there, as compressed rows. */
  touching(
    vertexCount: number,
    choices: readonly number[],
  ): { readonly offsets: Int32Array; readonly choices: Int32Array } {
    const offsets = new Int32Array(vertexCount + 1);
    const { start, ends } = this;
    const each = (visit: (v: number, choice: number) => void): void => {
      for (const choice of choices)
        for (let at = start[choice * 2] ?? 0; at < (start[choice * 2 + 2] ?? 0); at += 1)
          visit(ends[at] ?? 0, choice);
    };
    each((v) => {
      offsets[v + 1] = (offsets[v + 1] ?? 0) + 1;
    });
    for (let v = 0; v < vertexCount; v += 1)
      offsets[v + 1] = (offsets[v + 1] ?? 0) + (offsets[v] ?? 0);
    const next = offsets.slice(0, vertexCount);
    const rows = new Int32Array(offsets[vertexCount] ?? 0);
    each((v, choice) => {
      rows[next[v] ?? 0] = choice;
      next[v] = (next[v] ?? 0) + 1;
    });
    return { offsets, choices: rows };
  }
}
