/** The version in package.json, from source and from `dist` alike. */
import { existsSync, readFileSync } from 'node:fs';
export const dsxVersion = readVersion();
function readVersion() {
  for (const up of ['../../', '../../../']) {
    const file = new URL(`${up}package.json`, import.meta.url);
    if (!existsSync(file)) continue;
    const parsed = JSON.parse(readFileSync(file, 'utf8'));
    return parsed.version ?? 'unknown';
  }
  return 'unknown';
}
