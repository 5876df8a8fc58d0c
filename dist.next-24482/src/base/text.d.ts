/** Small pieces of text: plurals, lists, durations, and the word that was meant. */
export declare function plural(count: number, noun: string, nouns?: string): string;
/** `a, b and c`. */
export declare function listed(words: readonly string[], conjunction?: string): string;
/** `850 ms`, `2.5 s`, `3 min 10 s`. */
export declare function durationText(ms: number): string;
/** ` Did you mean "register"?`, or nothing. */
export declare function didYouMean(word: string, known: readonly string[]): string;
