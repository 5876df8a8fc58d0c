import type { LinkEffect } from '../../fault/fault.ts';
/** What all rules together do to the packets from one node to another. */
export interface LinkPlan {
  readonly from: number;
  readonly to: number;
  readonly effects: readonly LinkEffect[];
}
/** Name of the bridge's port for the node with this index. */
export declare function portOf(index: number): string;
/** IPv4 address of the node with this index. */
export declare function addressOf(index: number): string;
/** The address of dsx itself, and so of all clients. */
export declare const clientAddress = '10.55.0.254';
/** The device through which packets take the detour. */
export declare const detourDevice = 'dsxdetour';
/** True if the packets of the link must be held back; those of a cut link need not. */
export declare function isDetoured(link: LinkPlan): boolean;
/** Byte offsets into what TCP or UDP carries at which a packet may be corrupted. */
export declare const corruptedBytes: readonly number[];
/** The text for `nft -f -`. */
export declare function ruleset(links: readonly LinkPlan[]): string;
