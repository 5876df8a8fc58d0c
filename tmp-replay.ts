import { HistoryBuilder } from './src/history/builder.ts';
import { eventsOf } from './bench/make-history.ts';
import { registerHistoryOf } from './src/checker/txn/register-versions.ts';
import { replays } from './src/checker/txn/replay.ts';
for (const n of [200, 2000, 20000, 200000]) {
  let ok = 0, tot = 0; const t0 = process.cpuUsage().user;
  for (let seed = 0; seed < Math.min(50, 400000 / n); seed++) {
    const b = new HistoryBuilder();
    for (const e of eventsOf({ kind: 'rw-register', operations: n, clients: 20, crashed: 0.01, keys: 1, stale: false, nodes: false, seed })) { const { index, ...rest } = e; b.add(rest); }
    const r = registerHistoryOf(b.build());
    tot++; if (replays(r, 'realtime')) ok++;
  }
  console.log(n, ok, '/', tot, (process.cpuUsage().user - t0) / 1e6);
}
