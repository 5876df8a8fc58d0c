/** Why not, with what would allow it; undefined if they can. */
export declare function clocksUnsupported(): Promise<string | undefined>;
