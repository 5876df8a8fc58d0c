/** The weaker models by name, and which implies which, for one register per key. */
import { present } from '../../base/assert.ts';

/** Strongest first; each with the models that hold wherever it does. */
const implied = {
  linearizable: ['sequential', 'regular'],
  sequential: ['causal-convergence', 'causal-memory'],
  'causal-convergence': ['causal', 'coherent'],
  'causal-memory': ['causal', 'pram', 'writes-follow-reads'],
  causal: [],
  pram: ['monotonic-reads', 'read-your-writes', 'monotonic-writes'],
  coherent: ['monotonic-reads', 'read-your-writes', 'monotonic-writes', 'writes-follow-reads'],
  'monotonic-reads': [],
  'read-your-writes': [],
  'monotonic-writes': [],
  'writes-follow-reads': [],
  regular: ['safe'],
  safe: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type WeakModelName = keyof typeof implied;

/** An implied model comes after those that imply it. */
export const weakModelNames = Object.keys(implied) as readonly WeakModelName[];

/** Models that are about the order of operations of different processes in real time. */
export const realTimeModels: ReadonlySet<string> = new Set(['linearizable', 'regular', 'safe']);

/** All models that hold wherever this one does, itself left out. */
export function weakerThan(name: WeakModelName): ReadonlySet<WeakModelName> {
  const found = new Set<WeakModelName>();
  const open: WeakModelName[] = [name];
  for (let model = open.pop(); model !== undefined; model = open.pop())
    for (const weaker of present(implied[model], `model ${model}`)) {
      found.add(weaker);
      open.push(weaker);
    }
  return found;
}

/** Of models that hold, those that no other of them implies. */
export function strongestOf(names: readonly WeakModelName[]): readonly WeakModelName[] {
  return names.filter((name) => !names.some((other) => weakerThan(other).has(name)));
}

/** Of models that are violated, those that imply no other of them. */
export function weakestOf(names: readonly WeakModelName[]): readonly WeakModelName[] {
  return names.filter((name) => !names.some((other) => weakerThan(name).has(other)));
}
