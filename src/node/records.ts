/**
 * Records in a file, one a line, each with a checksum in front, so that a write torn by a
 * crash is told from data that a disk has spoiled since.
 */

export interface ReadRecords {
  readonly lines: readonly string[];
  /** Length in bytes of the part of the file that holds these lines. */
  readonly validBytes: number;
}

export function encodeRecord(line: string): string {
  if (line.includes('\n')) throw new Error(`a log line may not contain a line break: ${line}`);
  return `${checksum(line)} ${line}\n`;
}

/**
 * The lines of a file. Bad records at its very end are a torn write and are left out.
 * @throws Error if a good record follows a bad one: that is no torn write.
 */
export function decodeRecords(text: string, fileName: string): ReadRecords {
  const parts = text.split('\n');
  // What follows the last line break is either nothing or the start of a torn record.
  parts.pop();
  const bad = parts.findIndex((record) => lineOf(record) === undefined);
  const good = bad === -1 ? parts : parts.slice(0, bad);
  if (bad !== -1 && parts.slice(bad).some((record) => lineOf(record) !== undefined))
    throw new Error(
      `${fileName} is corrupt: record ${bad} has a wrong checksum, but good records follow it. ` +
        'A crash tears only the end of a log, so the disk lost data that it had acknowledged.',
    );
  const validBytes = good.reduce((total, record) => total + Buffer.byteLength(record) + 1, 0);
  return { lines: good.map((record) => record.slice(checksumLength + 1)), validBytes };
}

/** A whole file holding one value. @throws Error if its checksum is wrong. */
export function decodeValue(text: string, fileName: string): string {
  const value = lineOf(text);
  if (value === undefined) throw new Error(`${fileName} is corrupt: its checksum is wrong`);
  return value;
}

export function encodeValue(value: string): string {
  return `${checksum(value)} ${value}`;
}

const checksumLength = 8;

function lineOf(record: string): string | undefined {
  if (record[checksumLength] !== ' ') return undefined;
  const line = record.slice(checksumLength + 1);
  return record.startsWith(checksum(line)) ? line : undefined;
}

/** FNV-1a over UTF-16 units, as eight hexadecimal digits. Sees every single changed unit. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(checksumLength, '0');
}
