export declare class Guardian {
  #private;
  /** `mark`: the value of DSX_RUN in the environment of all processes of the run. */
  constructor(mark: string);
  /** Must have resolved before the first node is started. @throws TargetError without a shell. */
  start(): Promise<void>;
  /** Registers a process group, at once: call it in the same tick as the spawn. */
  add(group: number): void;
  /** Takes off a group that is gone, before its number can belong to somebody else. */
  remove(group: number): void;
  /**
   * Has the guardian do its work now, and resolves when it has: kills what is registered and
   * whatever bears the mark. Safe to call twice.
   */
  close(): Promise<void>;
}
