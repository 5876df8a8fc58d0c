/** A value that survives JSON. All operation values, keys and fault details are of this type. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | {
      readonly [name: string]: Json;
    };
export type JsonObject = Readonly<Record<string, Json>>;
export declare function isObject(value: unknown): value is JsonObject;
export declare function isArray(value: unknown): value is readonly Json[];
/** A canonical text: equal for equal values, whatever the order of the fields. */
export declare function canonical(value: Json): string;
