/** The polynomial algorithms as a decider: for histories in which, say, all values are distinct. */
import { parsedSpecification } from '../../../model/library.ts';
import type { Decider } from '../engine.ts';
import { explainViolation } from './explain.ts';
import { checkPolynomial, polynomialModels } from './polynomial.ts';

/**
 * @param specification a model by name, as in `cas-register:0`
 * @returns undefined if there is no such algorithm for that model
 */
export function polynomialDecider(specification: string): Decider | undefined {
  const { name, parameter } = parsedSpecification(specification);
  if (!polynomialModels.includes(name)) return undefined;
  return ({ history, rows }) => {
    const result = checkPolynomial(name, history, rows, parameter);
    switch (result.kind) {
      case 'linearizable':
        return { linearizable: true, method: result.method };
      case 'violation':
        return {
          linearizable: false,
          method: result.method,
          type: result.type,
          rows: result.operations,
          told: Object.values(result.explain.roles),
          standalone: result.standalone,
          explain: (nameOf) => explainViolation(history, result, nameOf),
        };
      default:
        return undefined;
    }
  };
}
