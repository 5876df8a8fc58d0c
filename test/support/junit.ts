/** JUnit XML as CI systems take it: judged by a schema, and its counts by its elements. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { validateXML } from 'xmllint-wasm';

const schema = {
  fileName: 'junit.xsd',
  contents: readFileSync(join(import.meta.dirname, '../fixtures/junit.xsd'), 'utf8'),
};

/** What is wrong with it; empty if nothing is. */
export async function junitComplaints(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: 'junit.xml', contents: xml }],
    schema: [schema],
  });
  return [...errors.map(({ rawMessage }) => rawMessage), ...countComplaints(xml)];
}

/** Figures of `testsuites` and of each `testsuite` are those of the elements inside. */
function countComplaints(xml: string): readonly string[] {
  return [xml, ...(xml.match(/<testsuite [^]*?<\/testsuite>/g) ?? [])].flatMap((part) =>
    Object.entries(countedElements).flatMap(([attribute, element]) => {
      const said = new RegExp(
        `^(?:<\\?xml[^>]*>\\s*)?<testsuites?[^>]* ${attribute}="(\\d+)"`,
      ).exec(part)?.[1];
      const found = part.match(new RegExp(`<${element}[ />]`, 'g'))?.length ?? 0;
      return said === undefined || Number(said) === found
        ? []
        : [`${attribute}="${said}", and there are ${found} of <${element}>`];
    }),
  );
}

const countedElements = {
  tests: 'testcase',
  failures: 'failure',
  errors: 'error',
  skipped: 'skipped',
};
