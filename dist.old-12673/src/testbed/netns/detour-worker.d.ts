/** All links that the detour knows now; frames of others are dropped. */
export interface DetourOrder {
  readonly links: readonly DetourLink[];
}
export interface DetourLink {
  /** IPv4 addresses. */
  readonly from: string;
  readonly to: string;
  readonly delays: readonly {
    readonly meanMs: number;
    readonly jitterMs: number;
  }[];
  readonly bandwidths: readonly {
    readonly kilobitsPerSecond: number;
  }[];
  readonly reorders: readonly {
    readonly probability: number;
    readonly delayMs: number;
  }[];
}
