import { type Prng } from '../../base/prng.ts';
import type { Clock } from '../../contract/clock.ts';
import type { EffectObstacles, Network } from '../../contract/testbed.ts';
import type { LinkRule, NodeId } from '../../fault/fault.ts';
import type { Endpoint } from './endpoint.ts';
import { type Latency } from './latency.ts';
import type { Ledger } from './ledger.ts';
export interface RouterOptions {
  readonly nodes: readonly NodeId[];
  readonly latency: Latency;
  readonly rng: Prng;
  readonly clock: Clock;
  readonly ledger: Ledger;
}
/** Why links cannot have an effect, by its kind. */
export declare const messageEffectObstacles: {
  bandwidth: string;
  slice: string;
  reset: string;
};
export declare class Router implements Network {
  #private;
  constructor({ nodes, latency, rng, clock, ledger }: RouterOptions);
  attach(endpoint: Endpoint): void;
  detach(name: string): void;
  find(name: string): Endpoint | undefined;
  /** `source` is what the sender calls itself, as JSON text; the link is that of `from`. */
  send(from: Endpoint, to: Endpoint, source: string, body: string): void;
  unsupported(): Promise<EffectObstacles>;
  shape(owner: string, rules: readonly LinkRule[], signal: AbortSignal): Promise<string>;
  /** Nothing arrives any more. */
  close(): void;
}
