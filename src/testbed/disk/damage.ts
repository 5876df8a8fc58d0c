/**
 * Damages files at rest, in any folder: flips bits of them, or cuts off their ends. Strikes where
 * something is written: servers reserve space, and a flipped bit or a cut in zeros that nobody
 * reads would test nothing.
 */
import { open, readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { TargetError } from '../../base/errors.ts';
import { fork, prng, Random, shuffle } from '../../base/prng.ts';
import { listed } from '../../base/text.ts';
import type { FileDamage } from '../../fault/disk.ts';

/** Larger files are left alone: they would have to be read whole. */
const fileBytesMax = 512 * 1024 * 1024;
const sectorBytes = 512;
const zeroSector = Buffer.alloc(sectorBytes);

/** A sentence saying what was done, read back. @throws TargetError if there is nothing to damage. */
export async function damageFiles(folder: string, damage: FileDamage): Promise<string> {
  const source = fork(prng(damage.seed), folder.split('/').at(-2) ?? '');
  const candidates = await filesIn(folder);
  const [order, rest] = shuffle(source, candidates);
  const random = new Random(rest);
  const done: string[] = [];
  for (const path of order) {
    if (done.length >= damage.files) break;
    const said = await damageFile(path, damage, random);
    if (said !== undefined) done.push(`${relative(folder, path)} ${said}`);
  }
  if (done.length === 0) throw new TargetError(`there is no file to damage in ${folder}`);
  return listed(done);
}

/** All files that are not empty, in the order of their paths. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { size } = await stat(path);
    if (size > 0 && size <= fileBytesMax) paths.push(path);
  }
  return paths.sort();
}

/** Undefined for a file in which nothing is written. */
async function damageFile(
  path: string,
  { kind, amount }: FileDamage,
  random: Random,
): Promise<string | undefined> {
  const file = await open(path, 'r+');
  try {
    const bytes = await file.readFile();
    const sectors = writtenSectors(bytes);
    const last = sectors.at(-1);
    if (last === undefined) return undefined;
    if (kind === 'truncate') {
      const end = lastWritten(bytes) + 1;
      const size = Math.max(0, end - amount);
      await file.truncate(size);
      await file.sync();
      if ((await file.stat()).size !== size) throw new TargetError(`${path} could not be cut`);
      return `cut from ${bytes.length} to ${size} bytes`;
    }
    const places: number[] = [];
    for (let i = 0; i < amount; i += 1) {
      const sector = sectors[random.int(sectors.length)] ?? last;
      const at = Math.min(sector * sectorBytes + random.int(sectorBytes), bytes.length - 1);
      const wrong = Buffer.from([bytes.readUInt8(at) ^ (1 << random.int(8))]);
      await file.write(wrong, 0, 1, at);
      wrong.copy(bytes, at);
      places.push(at);
    }
    await file.sync();
    return `changed at ${listed(places.map(String))}`;
  } finally {
    await file.close();
  }
}

function writtenSectors(bytes: Buffer): number[] {
  const found: number[] = [];
  for (let at = 0; at < bytes.length; at += sectorBytes) {
    const sector = bytes.subarray(at, at + sectorBytes);
    if (!sector.equals(zeroSector.subarray(0, sector.length))) found.push(at / sectorBytes);
  }
  return found;
}

function lastWritten(bytes: Buffer): number {
  let at = bytes.length - 1;
  while (at > 0 && bytes[at] === 0) at -= 1;
  return at;
}
