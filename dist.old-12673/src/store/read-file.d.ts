import {
  type HistoryFormat,
  type ReadOptions,
  type ReadResult,
} from '../history/format/read-history.ts';
/** @throws HistoryError if there is no such file, or it cannot be read */
export declare function readBytes(path: string): Uint8Array;
/** Reads a history from a file. @throws HistoryError as `readHistory` does, and for no such file */
export declare function readHistoryFile(
  path: string,
  format?: HistoryFormat | 'auto',
  options?: ReadOptions,
): ReadResult;
