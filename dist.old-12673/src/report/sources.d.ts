export declare function sourceOf(name: string): string | undefined;
