/**
 * One thing that goes wrong, as plain data: what is recorded in the history and in
 * `schedule.json`, and what a replay injects again.
 *
 * `Fault` is open (`kind` is any name): a user's nemesis adds a kind without editing a list.
 */
import type { JsonObject } from '../base/json.ts';

/** A node of the target: n1, n2, … */
export type NodeId = string;

/** Messages that go from the first node to the second. */
export type Link = readonly [from: NodeId, to: NodeId];

export interface Fault {
  /** The nemesis that injects it: `partition`, `kill`, `pause`, `packet`, `clock`, … */
  readonly kind: string;
  /** The op that starts it in the history: `start-partition`, `kill`, `bump-clock`, … */
  readonly f: string;
  /** The shape that was asked for: `majority`, `one-way`, … */
  readonly shape: string;
  /** The nodes that it touches. Empty while a shape such as `primaries` is not yet resolved. */
  readonly nodes: readonly NodeId[];
  /** What exactly it does, for the nemesis that injects it; survives JSON. */
  readonly detail: JsonObject;
  /** One line for people: `n1, n2 | n3, n4, n5 cannot hear each other`. */
  readonly description: string;
}

/** What became of a fault. One that did not take hold fails the run: it is never silent. */
export type FaultReport =
  | { readonly result: 'verified'; readonly fault: Fault; readonly evidence: string }
  | { readonly result: 'failed'; readonly fault: Fault; readonly reason: string };

/** What a link does to the messages on it. */
export type LinkEffect =
  | { readonly kind: 'drop' }
  | { readonly kind: 'delay'; readonly meanMs: number; readonly jitterMs: number }
  | { readonly kind: 'loss'; readonly probability: number }
  | { readonly kind: 'duplicate'; readonly probability: number }
  | { readonly kind: 'reorder'; readonly probability: number; readonly delayMs: number }
  | { readonly kind: 'corrupt'; readonly probability: number }
  | { readonly kind: 'bandwidth'; readonly kilobitsPerSecond: number }
  /** What was sent at once arrives in parts of this many bytes. */
  | { readonly kind: 'slice'; readonly bytes: number }
  /** The chance of each piece that is sent to break its connection. */
  | { readonly kind: 'reset'; readonly probability: number };

export interface LinkRule {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly effect: LinkEffect;
}
