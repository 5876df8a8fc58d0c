/**
 * dqlite, SQLite on Raft inside a program: its demonstration server, which keeps one row a key.
 * Any node takes requests and passes them on to the leader.
 *
 * | answer | recorded as | because |
 * |---|---|---|
 * | no connection | fail | nothing was sent |
 * | `done` | ok | the row is committed |
 * | `Error: sql: no rows in result set` to a read | ok, null | there is no such row yet |
 * | any other `Error: …`, any other answer, a lost connection, no answer in time | info; a read: fail | it may have been committed |
 */
import {
  acceptsConnections,
  type HttpCall,
  type HttpCalls,
  httpClient,
  type ServerTarget,
} from '../src/sdk.ts';

const apiPort = 8001;
const databasePort = 9001;
const command = 'dqlite-demo';

const call: Omit<HttpCall, 'method' | 'body'> = {
  url: `http://{address}:${apiPort}/{key}`,
  headers: {},
  result: '',
  answers: {
    none: [{ kind: 'body', pattern: /no rows in result set/ }],
    fail: [],
    unknown: [{ kind: 'body', pattern: /^Error/ }],
    ok: [{ kind: 'status', from: 200, to: 200 }],
  },
};

const calls: HttpCalls = {
  read: { ...call, method: 'GET', body: null },
  write: { ...call, method: 'PUT', body: '{value}' },
};

async function answers({ address }: { address: string }, signal: AbortSignal): Promise<void> {
  const response = await fetch(`http://${address}:${apiPort}/formed`, { signal });
  const said = await response.text();
  if (!said.includes('no rows')) throw new Error(`it answers: ${said.trim()}`);
}

export default {
  name: 'dqlite',
  summary: 'dqlite: SQLite on Raft, by its demonstration server',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['register'],
  survives: ['partition', 'kill', 'pause'],
  reportsPrimary: false,
  recoverySeconds: 3,
  // Its server knows rows to read and to replace.
  defaults: { cas: 'no' },
  variants: [{ name: 'correct', summary: 'reads and writes go through the leader' }],
  commands: [{ command, debianPackage: 'go-dqlite' }],
  version: ['dpkg-query', '--show', 'go-dqlite'],

  server({ address, index, peers }) {
    const [first] = peers;
    const own = ['--api', `${address}:${apiPort}`, '--db', `${address}:${databasePort}`];
    const join =
      index === 0 || first === undefined ? [] : ['--join', `${first.address}:${databasePort}`];
    return { program: { command, args: [...own, '--dir', 'db', ...join], env: {} } };
  },

  // It opens its port when it has joined, which takes a leader; later it must be enough that it runs.
  up: ({ address }, signal) => acceptsConnections(address, apiPort, signal),

  async formed(places, signal) {
    await Promise.all(places.map((place) => answers(place, signal)));
  },

  clients: { register: async (place) => httpClient(calls, place) },
} satisfies ServerTarget;
