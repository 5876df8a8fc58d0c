/** A nemesis: proposes faults (pure), starts and stops them (effects), each one verified. */
import type { Prng } from '../base/prng.ts';
import type { Fault, FaultReport, NodeId } from '../fault/fault.ts';
import type { Battlefield, Capability } from './testbed.ts';

export interface NemesisShape {
  readonly name: string;
  readonly summary: string;
  /** What this shape needs, where that is not what the nemesis needs in general. */
  readonly needs?: readonly Capability[];
}

export interface ProposeContext {
  readonly nodes: readonly NodeId[];
  /** The shape asked for, as in `partition:majority`; undefined means: draw one. */
  readonly shape: string | undefined;
  /** Parameters, as in `packet:loss:probability=0.3` or from YAML. */
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * True if the target can tell who leads, false if it cannot, undefined if nobody knows yet.
   * Random draws take `primaries` only if true; asking for it is refused if false.
   */
  readonly knowsPrimaries?: boolean;
  /** Effects on links that the testbed cannot have: never drawn. */
  readonly impossibleEffects?: readonly string[];
  /** How many faults of this kind the run had before; 0 if absent. */
  readonly ordinal?: number;
}

export interface Nemesis {
  /** As in `--nemesis NAME`. */
  readonly name: string;
  readonly summary: string;
  readonly shapes: readonly NemesisShape[];
  /** Parameters that it understands, each with a sentence; `name=value` after the shape. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly needs: readonly Capability[];
  /** Name of the op that ends its fault in the history: `stop-partition`, `start`, … */
  readonly stopF: string;
  /**
   * Draws the next fault. Pure.
   * @throws UsageError if the shape or a parameter makes no sense for these nodes.
   */
  propose(context: ProposeContext, source: Prng): readonly [Fault, Prng];
  /** Does it, and sees that it took hold. The returned fault may be more precise (`primaries`). */
  start(fault: Fault, field: Battlefield, signal: AbortSignal): Promise<FaultReport>;
  /** Undoes all that it may have done. Safe to call twice; called at the end, always. */
  stop(field: Battlefield, signal: AbortSignal): Promise<string>;
}
