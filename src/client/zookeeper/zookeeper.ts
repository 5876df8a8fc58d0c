/**
 * Registers and a set in ZooKeeper. Each client has a session with the server of its own node,
 * and opens another when that is lost. What an error means is in the table of `session.ts`;
 * besides:
 *
 * | what happens | recorded as | because |
 * |---|---|---|
 * | no session in time | fail | nothing was sent |
 * | a cas finds another value, or another version | fail | a version is written once only |
 * | an add finds the element there | ok | nobody else adds it: an attempt of its own got through |
 *
 * A read that failed is `fail` whatever the reason.
 */
import { assert } from '../../base/assert.ts';
import { messageOf } from '../../base/errors.ts';
import { isArray, type Json } from '../../base/json.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { failedRequest } from '../request-errors.ts';
import { ZookeeperError, ZookeeperSession, zookeeperCodes } from './session.ts';

type Work = (session: ZookeeperSession, op: ClientOp, signal: AbortSignal) => Promise<Outcome>;

function clientOf(place: ServerClientPlace, work: Work): Client {
  let session: ZookeeperSession | undefined;
  return {
    async invoke(op, signal) {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(place.timeoutMs)]);
      try {
        if (session === undefined || session.isBroken)
          session = await ZookeeperSession.open(place.address, limited);
      } catch (thrown) {
        return { type: 'fail', error: ['no-session', messageOf(thrown)] };
      }
      try {
        return await work(session, op, limited);
      } catch (thrown) {
        return failureOf(thrown, op.f === 'read');
      }
    },
    close: async () => {
      session?.close();
    },
  };
}

/** Exported for tests. */
export function failureOf(thrown: unknown, changesNothing: boolean): Outcome {
  if (!(thrown instanceof ZookeeperError)) return failedRequest(thrown, changesNothing);
  const type = thrown.definite || changesNothing ? 'fail' : 'info';
  return { type, error: [`zookeeper${thrown.code}`, thrown.message] };
}

const touched = '/touched';

/**
 * A careful read comes after a write of its own, which only a quorum can confirm and which its
 * server has seen when it answers. A `sync` would not do: the leader answers it without asking
 * anybody whether it still leads (ZOOKEEPER-1675).
 */

async function prepareRead(
  session: ZookeeperSession,
  careful: boolean,
  signal: AbortSignal,
): Promise<void> {
  if (careful) await put(session, touched, Buffer.alloc(0), signal);
}

/** Writes what is there or not. Each try that is refused changed nothing. */
async function put(
  session: ZookeeperSession,
  path: string,
  data: Buffer,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await session.setData(path, data, -1, signal);
      return;
    } catch (thrown) {
      if (!hasCode(thrown, zookeeperCodes.noNode)) throw thrown;
    }
    try {
      await session.create(path, data, signal);
      return;
    } catch (thrown) {
      if (!hasCode(thrown, zookeeperCodes.nodeExists)) throw thrown;
    }
  }
}

function hasCode(thrown: unknown, code: number): boolean {
  return thrown instanceof ZookeeperError && thrown.code === code;
}

export function zookeeperRegister(place: ServerClientPlace, careful: boolean): Client {
  return clientOf(place, async (session, { f, key = 0, value }, signal) => {
    const path = `/register-${nameOf(key)}`;
    if (f === 'read') {
      await prepareRead(session, careful, signal);
      return { type: 'ok', value: (await entryAt(session, path, signal))?.value ?? null };
    }
    if (f === 'write') {
      await put(session, path, encoded(value), signal);
      return { type: 'ok', value };
    }
    assert(f === 'cas' && isArray(value), `a register has no ${f}`);
    const [from = null, to = null] = value;
    const found = await entryAt(session, path, signal).catch(nothingWritten);
    if (found === null) return { type: 'fail', error: ['not-read', 'the value could not be read'] };
    if (found === undefined || JSON.stringify(found.value) !== JSON.stringify(from))
      return { type: 'fail', error: ['precondition-failed', 'the value was another'] };
    await session.setData(path, encoded(to), found.version, signal);
    return { type: 'ok', value };
  });
}

/** A cas that could not read has written nothing. */
function nothingWritten(): null {
  return null;
}

export function zookeeperSet(place: ServerClientPlace, careful: boolean): Client {
  const root = '/set';
  return clientOf(place, async (session, { f, value }, signal) => {
    if (f === 'add') {
      await addChild(session, root, nameOf(value), signal);
      return { type: 'ok', value };
    }
    assert(f === 'read', `a set has no ${f}`);
    await prepareRead(session, careful, signal);
    try {
      const children = await session.getChildren(root, signal);
      const elements = children.map(
        (name) => JSON.parse(Buffer.from(name, 'hex').toString()) as Json,
      );
      return { type: 'ok', value: elements };
    } catch (thrown) {
      if (hasCode(thrown, zookeeperCodes.noNode)) return { type: 'ok', value: [] };
      throw thrown;
    }
  });
}

async function addChild(
  session: ZookeeperSession,
  root: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await session.create(`${root}/${name}`, Buffer.alloc(0), signal);
      return;
    } catch (thrown) {
      if (hasCode(thrown, zookeeperCodes.nodeExists)) return;
      if (!hasCode(thrown, zookeeperCodes.noNode)) throw thrown;
    }
    try {
      await session.create(root, Buffer.alloc(0), signal);
    } catch (thrown) {
      if (!hasCode(thrown, zookeeperCodes.nodeExists)) throw thrown;
    }
  }
}

async function entryAt(
  session: ZookeeperSession,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly value: Json; readonly version: number } | undefined> {
  try {
    const { data, version } = await session.getData(path, signal);
    return { value: JSON.parse(data.toString()) as Json, version };
  } catch (thrown) {
    if (hasCode(thrown, zookeeperCodes.noNode)) return undefined;
    throw thrown;
  }
}

function encoded(value: Json): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/** A name of a node for any value. */
function nameOf(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString('hex');
}
