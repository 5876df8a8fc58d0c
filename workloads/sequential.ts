/**
 * One client inserts into the places 0, 1, 2, … of a chain, in this order; the others look from
 * the last place back to the first. Whoever finds something in a place must then find something
 * in all places before it. After the `sequential` test of Jepsen's suite for CockroachDB.
 */
import {
  type Client,
  concurrentKeys,
  enough,
  type Json,
  limit,
  type OptionValues,
  type Outcome,
  type RpcChannel,
  readRegister,
  registerFailure,
  sequentialInserts,
  singleWriter,
  type Workload,
} from '../src/sdk.ts';

/** Place `n` of chain `key` is a register of its own: `[key, n]` as text. */
function registerOf(key: Json, place: number): string {
  return `${JSON.stringify(key)}/${place}`;
}

function chainClient(rpc: RpcChannel, options: OptionValues): Client {
  const length = Number(options['length']);
  return {
    async invoke({ f, key = 0, value }, signal): Promise<Outcome> {
      try {
        if (f === 'write') {
          const register = registerOf(key, Number(value));
          await rpc.request({ type: 'write', key: register, value }, signal);
          return { type: 'ok', value };
        }
        const found: Json[] = [];
        for (let place = length - 1; place >= 0; place -= 1)
          found.push(await readRegister(rpc, registerOf(key, place), signal));
        return { type: 'ok', value: found };
      } catch (thrown) {
        return registerFailure(f, thrown);
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}

/** Over a client of registers. A place that cannot be read leaves the whole chain unread. */
function overRegisters(client: Client, options: OptionValues): Client {
  const length = Number(options['length']);
  return {
    async invoke(op, signal): Promise<Outcome> {
      const { f, key = 0, value } = op;
      if (f === 'write')
        return client.invoke({ ...op, key: registerOf(key, Number(value)) }, signal);
      const found: Json[] = [];
      for (let place = length - 1; place >= 0; place -= 1) {
        const outcome = await client.invoke({ ...op, key: registerOf(key, place) }, signal);
        if (outcome.type !== 'ok') return outcome;
        found.push(outcome.value);
      }
      return { type: 'ok', value: found };
    },
    close: async () => client.close(),
  };
}

export default {
  name: 'sequential',
  aliases: [],
  summary: 'Whoever sees a later insert of a client sees all its earlier ones.',
  object: 'register',
  functions: ['read', 'write'],
  options: {
    length: { summary: 'places of a chain', default: '8' },
    'ops-per-chain': { summary: 'operations on a chain before it is left', default: '50' },
    'threads-per-chain': {
      summary: 'clients of a chain, of which one inserts; 0: one a node',
      default: '0',
    },
  },
  defaults: { rate: 200, concurrency: '2n' },
  models: ['sequential'],
  generator({ nodes, concurrency, options }) {
    const asked = Number(options['threads-per-chain']);
    const group = asked > 0 ? asked : Math.min(nodes.length, concurrency);
    const each = limit(Number(options['ops-per-chain']), singleWriter(Number(options['length'])));
    return {
      main: concurrentKeys(
        group,
        (position) => position,
        () => each,
      ),
    };
  },
  maelstrom: chainClient,
  adapt: overRegisters,
  checkers: () => [sequentialInserts(), enough(['read', 'write'])],
} satisfies Workload;
