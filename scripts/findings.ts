/**
 * Joins the page of findings with those of other machines or folders, row by row: the newer one
 * of each holds. Without files it makes the page again from its own results.
 *
 *     node --import tsx scripts/findings.ts [findings.json…]
 */
import { fileURLToPath } from 'node:url';
import { joinFindings } from '../src/cli/findings-page.ts';
import { readSuite } from '../src/cli/suite-file.ts';
import { notRun } from '../src/cli/suite-run.ts';
import { expandSuite } from '../src/plan/suite.ts';

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const { entries } = readSuite(at('suites/findings.yaml'));
const all = expandSuite(entries, null).map(notRun);
const page = { path: at('docs/generated/findings'), all, repeat: 'dsx suite findings' };
process.stdout.write(`${joinFindings(page, process.argv.slice(2)) ?? ''}\n`);
