/** Recipes that are wrong: what is said, what to do about it, and the exit code. */
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loopbackObstacle } from '../../src/testbed/loopback/loopback-hosts.ts';
import { CliFolder, nodesAlive } from '../support/cli.ts';

const obstacle = await loopbackObstacle();

/** Listens where it is told, and says so on both streams. */
const server = `
console.log('reading the configuration');
require('node:http').createServer((_, response) => response.end('1'))
  .listen(Number(process.argv[3]), process.argv[2], () => console.error('listening'));
`;

interface Recipe {
  readonly what: string;
  /** Lines of `system:`. */
  readonly lines: readonly string[];
  readonly exitCode: number;
  /** All of them are in what is written to stderr. */
  readonly said: readonly RegExp[];
}

describe.skipIf(obstacle !== undefined)(
  `a recipe${obstacle === undefined ? '' : ` (skipped: ${obstacle})`}`,
  () => {
    let folder: CliFolder;
    let squatter: Server;
    let takenPort = 0;

    beforeAll(async () => {
      folder = new CliFolder();
      writeFileSync(join(folder.path, 'server.cjs'), server);
      squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, '0.0.0.0', resolve));
      const address = squatter.address();
      takenPort = typeof address === 'object' ? (address?.port ?? 0) : 0;
    });
    afterAll(() => {
      squatter.close();
      folder.remove();
    });

    const recipes: readonly Recipe[] = [
      {
        what: 'whose port is taken',
        lines: ['run: node ./server.cjs {address} TAKEN', 'ready: {tcp: TAKEN}'],
        exitCode: 255,
        said: [
          /node n\d exited with status 1 though nothing in dsx ended it/,
          /last lines of stdout:\n\s+reading the configuration/,
          /EADDRINUSE: address already in use 127\.\d+\.\d+\.\d+:TAKEN/,
          /another program has the port TAKEN: see `ss -ltnp`/,
          /full log: .*stderr\.log/,
        ],
      },
      {
        what: 'whose program is not installed',
        lines: [
          'run: no-such-server --listen {address}',
          'install: some-package',
          'ready: {tcp: 1}',
        ],
        exitCode: 255,
        said: [/not installed: no-such-server/, /to install: (sudo )?apt-get install some-package/],
      },
      {
        what: 'whose program is too old',
        lines: [
          ...['run: node --version', 'version: echo server 1.9.3', 'at-least: "1.10"'],
          ...['install: some-package', 'ready: {tcp: 1}'],
        ],
        exitCode: 255,
        said: [
          /needs version 1\.10 or newer, and `echo server 1\.9\.3` says 1\.9\.3/,
          /to install:/,
        ],
      },
      {
        what: 'whose nodes exit when they start',
        lines: ['run: sh ./broken.sh', 'ready: {tcp: 8080}'],
        exitCode: 255,
        said: [
          /node n\d exited with status 3 though nothing in dsx ended it/,
          /last lines of stdout:\n\s+checking the flags/,
          /last lines of stderr:\n\s+unknown flag --frobnicate/,
        ],
      },
      {
        what: 'whose nodes are never ready',
        lines: ['run: sh ./slow.sh {address} 8080', 'ready: {tcp: 9999}', 'start-seconds: 2'],
        exitCode: 255,
        said: [
          /node n\d did not accept requests within 2 s: .*9999/,
          /last lines of stderr:\n\s+starting/,
          /full log: /,
        ],
      },
      {
        what: 'with a word that means nothing',
        lines: ['run: node server.cjs {adress} 8080', 'ready: {tcp: 8080}'],
        exitCode: 254,
        said: [/dsx\.yaml:\d+:\d+/, /nothing is known to put in place of \{adress\}.*address/],
      },
    ];

    test.each(recipes)('$what is told what to do', async ({ lines, exitCode, said }) => {
      writeFileSync(
        join(folder.path, 'broken.sh'),
        'echo checking the flags\necho unknown flag --frobnicate >&2\nexit 3\n',
      );
      // A shell is up and has said so long before its time is over, on a busy machine too.
      writeFileSync(
        join(folder.path, 'slow.sh'),
        'echo starting >&2\nexec node "$(dirname "$0")/server.cjs" "$@"\n',
      );
      const config = [
        'system:',
        ...['nodes: 1', 'testbed: loopback', 'peer-ports: [7000]', ...lines].map(
          (line) => `  ${line}`,
        ),
        '  client: {register: {read: {request: "GET http://{address}:8080/{key}"}, write: {request: "PUT http://{address}:8080/{key}"}}}',
      ].join('\n');
      const withPort = (text: string): string => text.replaceAll('TAKEN', String(takenPort));
      writeFileSync(join(folder.path, 'dsx.yaml'), `${withPort(config)}\n`);
      const result = await folder.run('test', '--time-limit', '1');
      for (const pattern of said)
        expect(result.stderr).toMatch(new RegExp(withPort(pattern.source), pattern.flags));
      expect(result.exitCode).toBe(exitCode);
      expect(nodesAlive(folder.path)).toEqual([]);
    });
  },
);
