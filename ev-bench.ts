import { HistoryBuilder } from './src/history/builder.ts';
import { prng, Random } from './src/base/prng.ts';
import { weakModel, weakModelNames } from './src/checker/weak/weak.ts';
const n = Number(process.argv[2] ?? 20000), k = Number(process.argv[3] ?? 10), keys = Number(process.argv[4] ?? 4);
const r = new Random(prng(7)); const b = new HistoryBuilder();
const state = new Map<string, number>(); const open = new Map<number, any>(); let next = 1, done = 0; let t = 0;
while (done < n || open.size) {
  const p = r.int(k); const c = open.get(p);
  if (!c) { if (done >= n) continue; done++; const key = 'k' + r.int(keys); const w = r.chance(0.5); const v = w ? next++ : null;
    open.set(p, { key, w, v, eff: false }); b.add({ time: t++, process: p, type: 'invoke', f: w ? 'write' : 'read', key, value: v }); continue; }
  if (!c.eff) { c.eff = true; if (c.w) state.set(c.key, c.v); else c.out = state.get(c.key) ?? null; continue; }
  open.delete(p); b.add({ time: t++, process: p, type: 'ok', f: c.w ? 'write' : 'read', key: c.key, value: c.w ? c.v : c.out });
}
const h = b.build(); h.operations;
for (const name of weakModelNames) { const s = performance.now(); const v = weakModel(name).check(h, { timeoutMs: 20000, memoryMb: 1024, nowMs: () => performance.now() });
  console.log(name.padEnd(22), String(v.valid), Math.round(performance.now() - s), 'ms', v.valid === 'unknown' ? JSON.stringify((v as any).reason) : ''); }
