/** Writes docs/generated/dsx.schema.json. `--check`: only says whether it is current. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { configSchema, offeredNames } from '../src/cli/config-schema.ts';

const file = new URL('../docs/generated/dsx.schema.json', import.meta.url);
const text = `${JSON.stringify(configSchema(await offeredNames()), null, 2)}\n`;
if (process.argv.includes('--check')) {
  const isCurrent = existsSync(file) && readFileSync(file, 'utf8') === text;
  if (!isCurrent) console.error('docs/generated/dsx.schema.json is old: npm run schema');
  process.exitCode = isCurrent ? 0 : 1;
} else {
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, text);
}
