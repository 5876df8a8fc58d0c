/** Writes the reference in docs/generated. */
import { writeFileSync } from 'node:fs';
import { referencePages } from './reference-pages.ts';

for (const [name, text] of await referencePages())
  writeFileSync(new URL(`../docs/generated/${name}`, import.meta.url), text);
