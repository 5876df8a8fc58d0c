import { prng, Random } from '../../src/base/prng.ts';
import { HistoryBuilder } from '../../src/history/builder.ts';
import type { History } from '../../src/history/history.ts';

/**
 * Clients that write distinct values and read whatever was begun, or a value from anywhere.
 *
 * @param casShare how many of the operations are cas, from such a value to one of its own
 * @param refusedShare how many of those are answered that the value was another one
 */
export function randomRegisters(seed: number, casShare = 0, refusedShare = 0): History {
  const random = new Random(prng(seed));
  const [keyCount, clientCount] = [1 + random.int(2), 2 + random.int(2)];
  const keys = ['x', 'y'].slice(0, keyCount);
  const total = 3 + random.int(6);
  const builder = new HistoryBuilder();
  const written = new Map<string, number[]>(keys.map((key) => [key, []]));
  const open = new Map<number, { f: string; key: string; value: number | null; from?: number }>();
  const processOf = Array.from({ length: clientCount }, (_, i) => i);
  let [next, begun, fresh] = [1, 0, clientCount];
  const wild = random.chance(0.5);
  while (begun < total || open.size > 0) {
    const client = random.int(clientCount);
    const process = processOf[client] ?? 0;
    const time = builder.length;
    const call = open.get(client);
    if (call === undefined) {
      if (begun === total) continue;
      begun += 1;
      const key = keys[random.int(keyCount)] ?? 'x';
      const f = random.chance(0.45) ? 'write' : 'read';
      const value = f === 'write' ? next++ : null;
      if (casShare > 0 && random.chance(casShare)) {
        const known = written.get(key) ?? [];
        const recent = wild ? known : known.slice(-2);
        const from = recent[random.int(Math.max(1, recent.length))];
        if (from !== undefined) {
          const to = value ?? next++;
          open.set(client, { f: 'cas', key, value: to, from });
          if (random.chance(0.95)) written.get(key)?.push(to);
          builder.add({ time, process, type: 'invoke', f: 'cas', key, value: [from, to] });
          continue;
        }
      }
      open.set(client, { f, key, value });
      if (value !== null && random.chance(0.95)) written.get(key)?.push(value);
      builder.add({ time, process, type: 'invoke', f, key, value });
      continue;
    }
    open.delete(client);
    const { f, key } = call;
    const crashes = random.chance(0.08);
    const values = [null, ...(written.get(key) ?? [])];
    const recent = values.slice(-2);
    const from = wild ? values : recent;
    const value = f === 'read' ? (from[random.int(from.length)] ?? null) : call.value;
    if (call.from !== undefined) {
      if (!crashes && refusedShare > 0 && random.chance(refusedShare)) {
        builder.add({ time, process, type: 'ok', f, key, value: false });
        continue;
      }
      const type = crashes ? 'info' : random.chance(0.1) ? 'fail' : 'ok';
      builder.add({ time, process, type, f, key, value: [call.from, call.value] });
      if (crashes) processOf[client] = fresh++;
    } else if (crashes) {
      builder.add({ time, process, type: 'info', f, key });
      processOf[client] = fresh++;
    } else builder.add({ time, process, type: 'ok', f, key, value });
  }
  return builder.build();
}
