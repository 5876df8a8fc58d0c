import { HistoryBuilder } from './src/history/builder.ts';
import { eventsOf } from './bench/make-history.ts';
import { registerHistoryOf } from './src/checker/txn/register-versions.ts';
import { replays } from './src/checker/txn/replay.ts';
let best: any;
for (let n = 5; n < 60; n += 1) for (let seed = 0; seed < 60; seed++) {
    const b = new HistoryBuilder();
    for (const e of eventsOf({ kind: 'rw-register', operations: n, clients: 20, crashed: 0.0, keys: 1, stale: false, nodes: false, seed })) { const { index, ...rest } = e; b.add(rest); }
    const h = b.build(); const r = registerHistoryOf(h);
    if (!replays(r, 'realtime')) { console.log(n, seed); for (const op of h.eachOperation()) console.log(op.id, op.invokeIndex, op.outcome==='info'?'':op.returnIndex, op.outcome, JSON.stringify(op.outcome==='ok'?op.output:op.input)); (globalThis as any).dbg = true; replays(r,'realtime'); process.exit(); }
}
