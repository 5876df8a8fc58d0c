/**
 * Deciders that say yes without making columns of their own, for the forms that are common; and
 * where they say no, find at once the shortest prefix without an order. What the evidence is
 * they leave to the decider that they are quick for: it is asked about few operations.
 */
import { assert, present } from '../../../base/assert.ts';
import type { History } from '../../../history/history.ts';
import { parsedSpecification } from '../../../model/library.ts';
import type { AnyModel, Decider, Decision } from '../engine.ts';
import type { Part } from '../part.ts';
import { cellCode } from './cell.ts';
import { kvCode } from './kv-texts.ts';
import { methodOf } from './polynomial.ts';
import { QuickKv } from './quick-kv.ts';
import { quickPart } from './quick-part.ts';
import { type FirstRefusal, QuickRegister } from './quick-register.ts';
import type { Vocabulary } from './timeline.ts';

/**
 * @param specification a model by name, as in `register:0`
 * @param thorough the decider for that model
 * @returns undefined if there is no quick way for that model
 */
export function quickDecider(specification: string, thorough: Decider): Decider | undefined {
  const { name, parameter } = parsedSpecification(specification);
  const method = methodOf(name);
  if (method === undefined) return undefined;
  const yes: Decision = { linearizable: true, method };
  if (name === 'register' || name === 'cas-register') {
    const initial = parameter ?? null;
    if (typeof initial === 'object' && initial !== null) return undefined;
    const register = new QuickRegister(initial);
    const codes = new Codes(cellCode);
    return (part, model) => {
      const columns = quickPart(part.history, part.rows);
      if (columns === undefined) return undefined;
      const answer = register.decide(columns, codes.of(part.history));
      if (answer === true) return yes;
      return answer === undefined ? undefined : refusal(part, answer, thorough, model);
    };
  }
  if (name === 'kv' && (parameter ?? '') === '') {
    const texts = new QuickKv();
    const codes = new Codes(kvCode);
    return ({ history, rows }) => {
      const columns = quickPart(history, rows);
      const hasOrder = columns !== undefined && texts.hasOrder(columns, codes.of(history));
      return hasOrder ? yes : undefined;
    };
  }
  return undefined;
}

/** Codes of functions by id. There are many parts and few histories. */
class Codes {
  readonly #vocabulary: Vocabulary;
  #functions: readonly string[] = [];
  #codes = new Uint8Array(0);

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  of({ functions }: History): Uint8Array {
    if (functions !== this.#functions) {
      this.#functions = functions;
      this.#codes = Uint8Array.from(functions, (name) => this.#vocabulary[name] ?? 0);
    }
    return this.#codes;
  }
}

/** What the thorough decider says of the few operations that it is about, as known by then. */
function refusal(part: Part, found: FirstRefusal, thorough: Decider, model: AnyModel): Decision {
  const { invoke, complete } = part.history.operations;
  const end = (complete[found.row] ?? 0) + 1;
  const rows = found.rows.filter((row) => (invoke[row] ?? 0) < end);
  const history = part.history.picked(rows).asKnownBefore(end);
  const decision = thorough({ ...part, history, rows: rows.map((_, at) => at) }, model);
  assert(
    decision?.linearizable === false,
    `a quick decider refuses ${rows.length} operations on a ${model.name} that the thorough one does not`,
  );
  const rowOf = (at: number): number => present(rows[at], 'a row of the evidence');
  return {
    ...decision,
    rows: decision.rows.map(rowOf),
    told: decision.told.map(rowOf),
    explain: (nameOf) => decision.explain((at) => nameOf(rowOf(at))),
    end,
    judge: thorough,
  };
}
