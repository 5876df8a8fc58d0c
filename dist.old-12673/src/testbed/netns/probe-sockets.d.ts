/** What became of one probe. */
export interface Probe {
  readonly from: number;
  readonly to: number;
  readonly sentMs: number;
  /** When each copy arrived. */
  readonly arrivedMs: number[];
  corruptedCount: number;
}
export declare class ProbeSockets {
  #private;
  private constructor();
  /** @param holders a process in the namespace of each node. @throws TargetError */
  static open(holders: readonly number[]): Promise<ProbeSockets>;
  send(from: number, to: number): Probe;
  /**
   * Resolves when a packet that was sent after all probes has arrived at each of `receivers`:
   * then also what was sent to them before has, unless a fault holds it back.
   * @throws TargetError if none arrives: then the probes say nothing.
   */
  settle(receivers: readonly number[], limitMs?: number): Promise<void>;
  /** Forgets all probes: what arrives late counts for nothing. */
  clear(): void;
  close(): void;
}
