/**
 * The library door `dsx/vitest`:
 *
 *     import { expect } from 'vitest';
 *     import { matchers } from 'dsx/vitest';
 *
 *     expect.extend(matchers);
 *
 * Nothing of vitest is loaded here; only its types are told of the matchers.
 */

// The module must be known to be told of more.
import type {} from 'vitest';
import type { Judgeable, MatcherBudget } from './library/matchers.ts';
import type { Model } from './model/model.ts';

export {
  type Judgeable,
  type MatcherBudget,
  type MatcherResult,
  matchers,
} from './library/matchers.ts';
export {
  noEffect,
  type OpenOperation,
  type RecordedOp,
  Recording,
  type RecordingOptions,
} from './library/recording.ts';
export { type RunTestOptions, runTest, type TestReport } from './library/run-test.ts';
export type { ScriptedFaultSetting, TestSettings } from './library/test-settings.ts';

/** What `expect(…)` can do after `expect.extend(matchers)`. */
export interface DsxMatchers<Received = unknown, Returned = void> {
  /**
   * The operations on each key have an order in real time that the model allows.
   * @param model a name of `dsx list models` (`register`, `cas-register:0`, …), or one of yours
   */
  toBeLinearizable<State>(
    model: Received extends Judgeable ? string | Model<State> : never,
    budget?: MatcherBudget,
  ): Returned;
  /** Any model of `dsx list models`: `causal`, `snapshot-isolation`, …; several with commas. */
  toSatisfyModel(
    model: Received extends Judgeable ? string : never,
    budget?: MatcherBudget,
  ): Returned;
  /** Judged against `model`, this anomaly is found; `dsx explain NAME` says what it is. */
  toShowAnomaly(
    type: Received extends Judgeable ? string : never,
    model: string,
    budget?: MatcherBudget,
  ): Returned;
  /** What `runTest()` returned is valid, and every gate was met. */
  toBeValid(): Returned;
}

declare module 'vitest' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- this is how vitest is told
  interface Matchers<T> extends DsxMatchers<T> {}
}
