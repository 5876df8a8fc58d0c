/** Seeded chance for nodes: a small generator (mixing as in splitmix32), 2^32 states. */

/** A function that returns the next number in [0, 1). Equal texts give equal streams. */
export function randomFrom(seedText: string): () => number {
  let state = 0;
  for (let i = 0; i < seedText.length; i += 1)
    state = mix((state ^ seedText.charCodeAt(i)) + 0x9e3779b9);
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    return mix(state) / 0x1_0000_0000;
  };
}

function mix(input: number): number {
  let x = input >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
