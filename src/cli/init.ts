/** `dsx init`: looks at the folder, and writes a commented `dsx.yaml` to begin with. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { messageOf, UsageError } from '../base/errors.ts';
import { configFor } from './init-config.ts';
import { examineFolder } from './init-findings.ts';

export interface InitRequest {
  readonly folder: string;
  /** Takes the place of a file that is there. */
  readonly force: boolean;
  /** Print it, and write nothing. */
  readonly print: boolean;
}

/** What to tell the user. @throws UsageError if there is a file already */
export function initConfig({ folder, force, print }: InitRequest): string {
  const file = resolve(folder, 'dsx.yaml');
  const findings = examineFolder(resolve(folder));
  const schema = 'node_modules/dsx/docs/generated/dsx.schema.json';
  const text = configFor(findings, existsSync(join(folder, schema)) ? `./${schema}` : null);
  if (print) return text.trimEnd();
  const name = relative(process.cwd(), file) || file;
  if (existsSync(file) && !force) {
    const isSame = readFileSync(file, 'utf8') === text;
    throw new UsageError(
      isSame
        ? `${name} is there already, and is what dsx init would write`
        : `${name} is there already; nothing was written.\nto see what would be: dsx init --print; to replace it: dsx init --force`,
    );
  }
  try {
    writeFileSync(file, text);
  } catch (thrown) {
    throw new UsageError(`${name} cannot be written: ${messageOf(thrown)}`);
  }
  return [
    ...findings.notes.map((note) => `found  ${note}`),
    `wrote  ${name}`,
    `next   ${findings.next}`,
  ].join('\n');
}
