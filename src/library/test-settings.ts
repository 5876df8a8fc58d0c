/**
 * The settings of `dsx.yaml` as a TypeScript type, made from the table that validates the file:
 * a setting that is added there is known here.
 */
import type { Json } from '../base/json.ts';
import type { furtherSettings, settingTable, switchTable } from '../cli/setting-table.ts';

type ValueOf<Kind> = Kind extends { readonly kind: 'number' }
  ? number
  : Kind extends { readonly kind: 'choice'; readonly choices: readonly (infer Choice)[] }
    ? Choice
    : Kind extends { readonly kind: 'words' }
      ? string | readonly string[]
      : Kind extends { readonly kind: 'pattern' }
        ? string | number
        : string;

type TextSettings = typeof settingTable & typeof furtherSettings;

/** A word, a number or a switch of YAML. */
type Scalar = string | number | boolean;

/** A fault at a set time: `{ at: '5s', partition: 'majority', for: '3s' }`. */
export interface ScriptedFaultSetting {
  /** When it begins: seconds, or a text such as `200ms`. */
  readonly at: string | number;
  /** How long it lasts, likewise. */
  readonly for: string | number;
  /** One more entry, named for its nemesis: a shape, or who is struck. */
  readonly [nemesis: string]: Json;
}

/**
 * What to test, and how: the settings of `dsx.yaml` and the flags of `dsx test`, by the same
 * names. Times are in seconds, as there. All are optional: nothing at all is ten seconds of the
 * workload `register` on the bundled Raft.
 */
export type TestSettings = {
  readonly [Name in keyof TextSettings as Name extends 'reporter' ? never : Name]?: ValueOf<
    TextSettings[Name]['value']
  >;
} & {
  readonly [Name in keyof typeof switchTable]?: boolean;
} & {
  /** Options of the workload, by name. */
  readonly options?: Readonly<Record<string, Scalar>>;
  /** Arguments of the program of `bin`. */
  readonly args?: readonly Scalar[];
  /** Faults at set times, and no random ones. */
  readonly faults?: readonly ScriptedFaultSetting[];
};
