/** The two ends as the one who connected sees them. */
export interface ConnectionEnds {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}
/** The number of the socket, or undefined if the connection is gone already. */
export declare function socketOf(ends: ConnectionEnds, table: string): string | undefined;
/** True if one of the processes has the socket open. */
export declare function holdsSocket(pids: readonly number[], socket: string): boolean;
export declare function readConnectionTable(): string;
