/**
 * `dsx serve`: the runs of this machine in a browser of this machine.
 *
 * Listens on loopback only, answers only requests that name this machine (so that no page on the
 * web can have the browser read runs through a name of its own), only GET, and only files whose
 * real path is inside of a run. What nodes wrote is shown as text, whatever it is.
 */
import { createReadStream, readdirSync, realpathSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import { TargetError } from '../base/errors.ts';
import { parseNumber } from '../plan/parse.ts';
import {
  comparePage,
  errorPage,
  type RunFile,
  runPage,
  runsPage,
} from '../report/runs/runs-page.ts';
import { codeOf } from '../store/disk-error.ts';
import { createRunStore, type RunStore } from '../store/run-store.ts';
import { exitCodes } from './exit-codes.ts';
import { interruptible } from './interrupt.ts';
import { runRow, runRows } from './run-rows.ts';

export interface ServeArguments {
  readonly out: string;
  readonly port: string;
}

const host = '127.0.0.1';

export async function serveCommand(given: ServeArguments): Promise<number> {
  const port = parseNumber('port', given.port, { min: 0, max: 65_535, integer: true });
  const server = runServer(createRunStore(given.out));
  await listening(server, port);
  const address = server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  process.stdout.write(`runs of ${given.out}: http://${host}:${bound}/  (Ctrl-C ends it)\n`);
  await interruptible(
    (signal) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          server.close(() => {
            resolve();
          });
          server.closeAllConnections();
        });
      }),
  );
  return exitCodes.valid;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const hint =
        codeOf(cause) === 'EADDRINUSE'
          ? 'something listens there already; name another port with --port, or 0 for any'
          : cause.message;
      reject(new TargetError(`cannot listen on ${host}:${port}: ${hint}`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}

/** The server, not listening yet. */
export function runServer(store: RunStore): Server {
  return createServer((request, response) => {
    try {
      answer(store, request, response);
    } catch (thrown) {
      // One request that goes wrong says so, and ends nothing else.
      const text = thrown instanceof Error ? thrown.message : 'an error without a message';
      if (response.headersSent) response.destroy();
      else sendPage(response, 500, errorPage('That went wrong', text));
    }
  });
}

function answer(store: RunStore, request: IncomingMessage, response: ServerResponse): void {
  if (!isLocalName(request.headers.host)) {
    sendPage(response, 403, errorPage('Not here', 'This server answers only to this machine.'));
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    sendPage(response, 405, errorPage('Only for looking', 'Nothing can be changed here.'));
    return;
  }
  const url = new URL(request.url ?? '/', `http://${host}`);
  const parts = decodedParts(url.pathname);
  if (parts?.length === 0) sendPage(response, 200, runsPage(runRows(store), store.root));
  else if (parts?.length === 1 && parts[0] === 'compare') compare(store, url, response);
  else if (parts?.[0] === 'runs') sendRun(store, { url, parts: parts.slice(1) }, response);
  else notFound(response);
}

/** A page on the web may have its own name point to 127.0.0.1: it is not let in by that name. */
function isLocalName(name: string | undefined): boolean {
  return /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(name ?? '');
}

/** Undefined for what is no path. Empty parts, as before the first slash, are left out. */
function decodedParts(path: string): readonly string[] | undefined {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

function compare(store: RunStore, url: URL, response: ServerResponse): void {
  const known = new Set(store.list());
  const ids = url.searchParams.getAll('run').filter((id) => known.has(id));
  if (ids.length < 2) {
    sendPage(response, 400, errorPage('Two runs are needed', 'Tick two runs in the table.'));
    return;
  }
  const rows = ids.slice(0, 2).map((id) => runRow(store, id));
  sendPage(response, 200, comparePage(rows));
}

function sendRun(
  store: RunStore,
  { url, parts }: { readonly url: URL; readonly parts: readonly string[] },
  response: ServerResponse,
): void {
  const [id = '', ...inside] = parts;
  // Only what is in the list is a run: a name never becomes a path before that.
  if (!store.list().includes(id)) {
    notFound(response);
    return;
  }
  const folder = realpathSync(join(store.root, id));
  if (inside.length > 0) {
    sendFile(folder, inside, response);
    return;
  }
  if (!url.pathname.endsWith('/')) {
    response.writeHead(308, { Location: `/runs/${encodeURIComponent(id)}/` }).end();
    return;
  }
  sendPage(response, 200, runPage(runRow(store, id), filesIn(folder)));
}

const filesMax = 1_000;

function filesIn(folder: string): readonly RunFile[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .slice(0, filesMax)
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path).split(sep).join('/');
      return { name, sizeBytes: statSync(path).size };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The real path decides: neither `..` nor a link leads out of the run. */
function sendFile(folder: string, parts: readonly string[], response: ServerResponse): void {
  const path = realPathOf(join(folder, ...parts));
  if (path?.startsWith(folder + sep) !== true || !statSync(path).isFile()) {
    notFound(response);
    return;
  }
  const isReport = path === join(folder, 'report.html');
  response.writeHead(200, {
    ...safeHeaders,
    'Content-Type': isReport ? 'text/html; charset=utf-8' : typeOf(path),
    'Content-Length': statSync(path).size,
  });
  if (response.req.method === 'HEAD') response.end();
  else {
    const stream = createReadStream(path);
    stream.on('error', () => response.destroy());
    response.on('close', () => stream.destroy());
    stream.pipe(response);
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    // Not there; or it holds a zero byte, which no path may.
    return undefined;
  }
}

function typeOf(path: string): string {
  return path.endsWith('.json') ? 'application/json; charset=utf-8' : 'text/plain; charset=utf-8';
}

const safeHeaders = {
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    ...safeHeaders,
    'Content-Security-Policy': pagePolicy,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
  });
  response.end(response.req.method === 'HEAD' ? undefined : html);
}

function notFound(response: ServerResponse): void {
  sendPage(response, 404, errorPage('Not found', 'There is no such run, or no such file in it.'));
}
