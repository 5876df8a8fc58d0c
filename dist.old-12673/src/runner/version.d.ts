export declare const dsxVersion: string;
