/** Whoever watches a run: the live view of the command line, a test, nobody. */
import type { Json } from '../base/json.ts';
import type { RunPlan } from '../plan/plan.ts';
import type { Progress } from './interpreter.ts';
export interface Watcher {
  started(folder: string, seed: number): void;
  phase(name: string): void;
  progress(progress: Progress, plan: RunPlan): void;
  /** A fault began or ended: the op's name and what its nemesis recorded. */
  fault(f: string, value: Json): void;
  log(message: string): void;
}
