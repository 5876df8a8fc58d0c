/** What the help of `dsx check` lists. */
export type { KeyNotation } from '../history/format/independent-keys.ts';
export { historyFormats } from '../history/format/read-history.ts';
