/**
 * What a polynomial algorithm says of the operations on one object.
 *
 * Three answers. `not-applicable` is not a weak "valid": it says that the precondition of the
 * algorithm does not hold (a value written twice, a result of another shape), so that a general
 * search has to decide. A violation names few operations, and the text about them is made from
 * a template (`explain.ts`), so that an algorithm says facts and never sentences.
 */
import type { Json } from '../../../base/json.ts';
import type { TemplateName } from './templates.ts';

export interface Linearizable {
  readonly kind: 'linearizable';
}

export interface NotApplicable {
  readonly kind: 'not-applicable';
  /** What the algorithm needs and what it found instead. */
  readonly why: string;
}

export interface Violation {
  readonly kind: 'violation';
  /** The anomaly's name: `stale-read`, `lost-element`, … */
  readonly type: string;
  /** Rows of `history.operations`, ascending, each once. */
  readonly operations: readonly number[];
  /**
   * True if these operations alone, everything else removed, are already not linearizable: then
   * nothing else has to be believed. False where the proof also counts or walks over others.
   */
  readonly standalone: boolean;
  readonly explain: Explanation;
}

/** The data of a text: `explainViolation` puts it together. */
interface Explanation {
  readonly template: TemplateName;
  /** Rows by the part that they play in the template, at most six. */
  readonly roles: Readonly<Record<string, number>>;
  readonly facts: Readonly<Record<string, Json>>;
}

export type PolyResult = Linearizable | Violation | NotApplicable;

export const linearizable: Linearizable = { kind: 'linearizable' };

export function notApplicable(why: string): NotApplicable {
  return { kind: 'not-applicable', why };
}

/** What few violations need beyond their roles. */
export interface ViolationExtra {
  readonly facts?: Readonly<Record<string, Json>>;
  /** Rows that belong to the proof but play no part in the text. */
  readonly also?: readonly number[];
  /** True unless said otherwise. */
  readonly standalone?: boolean;
}

export function violation(
  type: string,
  template: TemplateName,
  roles: Readonly<Record<string, number>>,
  extra: ViolationExtra = {},
): Violation {
  const rows = new Set([...Object.values(roles), ...(extra.also ?? [])]);
  return {
    kind: 'violation',
    type,
    operations: [...rows].toSorted((a, b) => a - b),
    standalone: extra.standalone ?? true,
    explain: { template, roles, facts: extra.facts ?? {} },
  };
}
