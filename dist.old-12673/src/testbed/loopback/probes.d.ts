/** Nodes are told that it is taken if they want it themselves; few servers listen so high. */
export declare const probePort = 59871;
export interface Arrival {
  readonly atMs: number;
  /** In how many pieces it was read. */
  readonly pieces: number;
}
export interface ProbeAddresses {
  readonly own: (index: number) => string;
  readonly asPeer: (index: number) => string;
}
export declare class Probes {
  #private;
  constructor(addresses: ProbeAddresses);
  /** Listens at the own address of each node. Rejects with the error of the first that cannot. */
  listen(nodeCount: number): Promise<void>;
  close(): void;
  /** Opens the connection of a link beforehand, and waits until it is there. */
  open(from: number, to: number): Promise<void>;
  /**
   * Sends one probe of `byteCount` bytes. Resolves to its arrival; to `broken` if its connection
   * broke, to `nothing` if it did not arrive in time.
   */
  send(
    link: readonly [from: number, to: number],
    limitMs: number,
    byteCount?: number,
  ): Promise<Arrival | 'broken' | 'nothing'>;
}
