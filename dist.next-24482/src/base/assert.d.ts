export declare function assert(condition: boolean, message: string): asserts condition;
/** Closes a switch over a union. Adding a variant then fails to compile here. */
export declare function unreachable(value: never, what: string): never;
/** The value, where the type cannot show that it is there and the code can. */
export declare function present<T>(value: T | undefined | null, what: string): T;
