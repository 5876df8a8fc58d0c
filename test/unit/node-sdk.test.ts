/** The SDK for nodes, over the simulated network and disk. */
import { describe, expect, test } from 'vitest';
import {
  type Body,
  errorCode,
  Forwarder,
  KeyValueMap,
  type NodeContext,
  type NodeProgram,
  RpcError,
} from '../../src/node/node.ts';
import { randomFrom } from '../../src/node/random.ts';
import { decodeRecords, decodeValue, encodeRecord, encodeValue } from '../../src/node/records.ts';
import { Simulation } from '../support/simulation.ts';

/** A cluster whose nodes run `program`, and what node n1 answers to `body`. */
async function ask(program: NodeProgram, body: Body, nodeIds = ['n1', 'n2']): Promise<Body[]> {
  const simulation = new Simulation({ seed: 'ask', nodeIds, program });
  const answers: Body[] = [];
  simulation.request('c1', 'n1', { msg_id: 7, ...body }, (answer) => answers.push(answer));
  await simulation.runUntil(2000);
  expect(simulation.crashes).toEqual([]);
  return answers;
}

function codeOf(thrown: unknown): number | undefined {
  return thrown instanceof RpcError ? thrown.code : undefined;
}

describe('messages', () => {
  test('a reply names the request that it answers', async () => {
    const echo: NodeProgram = (node) => {
      node.serve('echo', ({ body }) => ({ type: 'echo_ok', echo: body['echo'] ?? null }));
    };
    expect(await ask(echo, { type: 'echo', echo: [1] })).toEqual([
      { type: 'echo_ok', echo: [1], in_reply_to: 7 },
    ]);
  });

  test('an RpcError is sent as it was thrown, now or later', async () => {
    const refuse = new RpcError(errorCode.txnConflict, 'not now');
    const now: NodeProgram = (node) => {
      node.serve('x', () => {
        throw refuse;
      });
    };
    const later: NodeProgram = (node) => {
      node.serve('x', () => Promise.reject(refuse));
    };
    const expected = [{ type: 'error', code: 30, text: 'not now', in_reply_to: 7 }];
    expect(await ask(now, { type: 'x' })).toEqual(expected);
    expect(await ask(later, { type: 'x' })).toEqual(expected);
  });

  test('any other error is answered as a crash: what it did is unknown', async () => {
    const broken: NodeProgram = (node) => {
      node.on('x', () => {
        throw new TypeError('oops');
      });
    };
    expect(await ask(broken, { type: 'x' })).toMatchObject([{ type: 'error', code: 13 }]);
  });

  test('a request of unknown type is refused as not supported', async () => {
    expect(await ask(() => undefined, { type: 'x' })).toMatchObject([{ code: 10 }]);
  });

  test('dsx_status tells the role of the moment', async () => {
    const program: NodeProgram = (node) => {
      node.status(() => ({ role: 'leader' }));
    };
    expect(await ask(program, { type: 'dsx_status' })).toEqual([
      { type: 'dsx_status_ok', role: 'leader', in_reply_to: 7 },
    ]);
  });

  test('messages that come before the program is ready wait for it', async () => {
    const slow: NodeProgram = async (node) => {
      node.storage.write('x', '1');
      await node.storage.sync();
      node.serve('x', () => ({ type: 'x_ok' }));
    };
    expect(await ask(slow, { type: 'x' })).toMatchObject([{ type: 'x_ok' }]);
  });

  test('a request to another node resolves to its reply, or rejects with its error', async () => {
    const program: NodeProgram = (node) => {
      node.serve('half', ({ body }) => {
        if (body['of'] === 8) return { type: 'half_ok', half: 4 };
        throw new RpcError(errorCode.abort, 'only of 8');
      });
      node.serve('ask', ({ body }) => node.rpc('n2', { ...body, type: 'half' }, 100));
    };
    expect(await ask(program, { type: 'ask', of: 8 })).toMatchObject([{ half: 4 }]);
    expect(await ask(program, { type: 'ask', of: 7 })).toMatchObject([{ code: 14 }]);
  });

  test('a request without answer rejects as a timeout, which is indefinite', async () => {
    const program: NodeProgram = (node) => {
      node.on('hole', () => undefined);
      node.serve('ask', () => node.rpc('n2', { type: 'hole' }, 100));
    };
    expect(await ask(program, { type: 'ask' })).toMatchObject([{ code: 0 }]);
  });
});

describe('ids and chance', () => {
  test('an id is never used twice, restarts included', async () => {
    const ids: number[] = [];
    const program: NodeProgram = (node) => {
      for (let i = 0; i < 5; i += 1) ids.push(node.nextId());
    };
    const simulation = new Simulation({ seed: 'ids', nodeIds: ['n1'], program });
    simulation.node('n1').kill();
    simulation.node('n1').start();
    await simulation.runUntil(1);
    expect(new Set(ids).size).toBe(10);
    expect(ids.toSorted((a, b) => a - b)).toEqual(ids);
  });

  test('a seed gives the same numbers each time, another seed others', () => {
    const draw = (seed: string): number[] => Array.from({ length: 3 }, randomFrom(seed));
    expect(draw('a')).toEqual(draw('a'));
    expect(draw('a')).not.toEqual(draw('b'));
  });

  test('a whole simulation repeats itself from its seed', async () => {
    const run = async (seed: string): Promise<string> => {
      const heard: string[] = [];
      const program: NodeProgram = (node) => {
        node.on('tick', ({ src }) => heard.push(`${src}>${node.nodeId} ${node.monotonicMs()}`));
        node.every(10, () => {
          if (node.random() < 0.5) node.send('n1', { type: 'tick' });
        });
      };
      const simulation = new Simulation({ seed, nodeIds: ['n1', 'n2', 'n3'], program });
      simulation.network.lossProbability = 0.3;
      await simulation.runUntil(300);
      return heard.join(' ');
    };
    expect(await run('a')).toBe(await run('a'));
    expect(await run('a')).not.toBe(await run('b'));
  });
});

describe('storage', () => {
  test('what was synced survives a kill; what was not may be lost, from its end', async () => {
    let survived: readonly string[] = [];
    const keptCounts = new Set<number>();
    for (let seed = 0; seed < 20; seed += 1) {
      const program: NodeProgram = async (node) => {
        survived = node.storage.readLog('log');
        node.storage.append('log', 'synced');
        await node.storage.sync();
        for (let i = 0; i < 5; i += 1) node.storage.append('log', `unsynced ${i}`);
      };
      const simulation = new Simulation({ seed: `disk ${seed}`, nodeIds: ['n1'], program });
      await simulation.runUntil(100);
      simulation.node('n1').kill();
      simulation.node('n1').start();
      await simulation.runUntil(100);
      const all = ['synced', ...Array.from({ length: 5 }, (_, i) => `unsynced ${i}`)];
      expect(survived).toEqual(all.slice(0, survived.length));
      expect(survived.length).toBeGreaterThanOrEqual(1);
      keptCounts.add(survived.length);
    }
    expect(keptCounts.size).toBeGreaterThan(2);
  });

  test('records survive the disk as they were, whatever is in them', () => {
    const lines = ['', ' ', '{"a":"é\\n"}', '0'];
    const text = lines.map(encodeRecord).join('');
    expect(decodeRecords(text, 'f').lines).toEqual(lines);
    expect(decodeRecords(text, 'f').validBytes).toBe(Buffer.byteLength(text));
  });

  test('a record torn at any byte is left out, and all before it kept', () => {
    const whole = encodeRecord('first') + encodeRecord('second');
    for (let length = encodeRecord('first').length; length < whole.length; length += 1)
      expect(decodeRecords(whole.slice(0, length), 'f').lines).toEqual(['first']);
  });

  test('a spoiled record with good ones after it is no torn write, and is refused', () => {
    const text = encodeRecord('first') + encodeRecord('second');
    expect(() => decodeRecords(text.replace('first', 'fIrst'), 'f.log')).toThrow(
      /f\.log is corrupt/,
    );
  });

  test('a value is given back as it was, or refused if the disk spoiled it', () => {
    expect(decodeValue(encodeValue('a\nb'), 'f')).toBe('a\nb');
    expect(() => decodeValue(encodeValue('ab').replace('a', 'b'), 'f')).toThrow(/corrupt/);
  });
});

describe('key-value map', () => {
  test('reads, writes and compare-and-sets as lin-kv does', () => {
    const map = new KeyValueMap();
    const failure = (body: Body): number | undefined => {
      try {
        map.apply(body);
        return undefined;
      } catch (error) {
        return codeOf(error);
      }
    };
    expect(failure({ type: 'read', key: 1 })).toBe(20);
    expect(failure({ type: 'cas', key: 1, from: 0, to: 1 })).toBe(20);
    expect(map.apply({ type: 'write', key: 1, value: 5 })).toEqual({ type: 'write_ok' });
    expect(map.apply({ type: 'read', key: 1 })).toEqual({ type: 'read_ok', value: 5 });
    expect(failure({ type: 'cas', key: 1, from: 4, to: 6 })).toBe(22);
    expect(map.apply({ type: 'cas', key: 1, from: 5, to: 6 })).toEqual({ type: 'cas_ok' });
    expect(failure({ type: 'write', key: 1 })).toBe(12);
    expect(failure({ type: 'drop', key: 1 })).toBe(10);
    expect(map.apply({ type: 'read', key: 1 })).toEqual({ type: 'read_ok', value: 6 });
  });

  test('create_if_not_exists makes a compare-and-set of nothing a write', () => {
    const map = new KeyValueMap();
    const body = { type: 'cas', key: 'k', from: 0, to: 1, create_if_not_exists: true };
    expect(map.apply(body)).toEqual({ type: 'cas_ok' });
    expect(() => map.apply(body)).toThrow(/the value is 1, not 0/);
  });

  test('keys and values are compared by what they say, not by how they are written', () => {
    const map = new KeyValueMap();
    map.apply({ type: 'write', key: { a: 1, b: 2 }, value: { c: 3, d: 4 } });
    const body = { type: 'cas', key: { b: 2, a: 1 }, from: { d: 4, c: 3 }, to: 0 };
    expect(map.apply(body)).toEqual({ type: 'cas_ok' });
  });

  test('a dump is all that it holds', () => {
    const map = new KeyValueMap();
    map.apply({ type: 'write', key: 1, value: null });
    const copy = new KeyValueMap();
    copy.load(map.dump());
    expect(copy.apply({ type: 'read', key: 1 })).toEqual({ type: 'read_ok', value: null });
  });
});

describe('forwarder', () => {
  /** n1 forwards to n2, which counts what it carries out. */
  function counting(
    counted: Body[],
    inCharge: (node: NodeContext) => number | undefined,
  ): NodeProgram {
    return (node) => {
      const forwarder = new Forwarder(node, {
        timeoutMs: 500,
        inCharge: () => inCharge(node),
        carryOut: (request) => {
          counted.push(request);
          return { type: 'add_ok' };
        },
      });
      node.serve('add', ({ body }) => forwarder.forward('n2', 1, body));
    };
  }

  test('a request is carried out at most once, however often the network repeats it', async () => {
    const counted: Body[] = [];
    const program = counting(counted, () => 1);
    const simulation = new Simulation({ seed: 'twice', nodeIds: ['n1', 'n2'], program });
    Object.assign(simulation.network, {
      duplicateProbability: 1,
      reorderProbability: 0.5,
      lossProbability: 0.3,
    });
    let ok = 0;
    for (let i = 0; i < 200; i += 1)
      simulation.at(i * 5, () => {
        simulation.request(`c${i}`, 'n1', { type: 'add', msg_id: 1, n: i }, (answer) => {
          if (answer.type === 'add_ok') ok += 1;
        });
      });
    await simulation.runUntil(3000);
    expect(ok).toBeGreaterThan(100);
    expect(counted.length).toBeGreaterThanOrEqual(ok);
    expect(new Set(counted.map((body) => body['n'])).size).toBe(counted.length);
  });

  test('a node that is not in charge answers that it does not know, never that it did not', async () => {
    const counted: Body[] = [];
    const answers = await ask(
      counting(counted, () => 2),
      { type: 'add' },
    );
    expect(answers).toMatchObject([{ type: 'error', code: 0 }]);
    expect(counted).toEqual([]);
  });
});
