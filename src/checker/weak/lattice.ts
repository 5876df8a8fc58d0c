/** The weaker models by name, and which implies which, for one register per key. */
import { present } from '../../base/assert.ts';

/** Strongest first; each with the models that hold wherever it does. */
const implied = {
  linearizable: ['sequential', 'regular'],
  sequential: ['causal-convergence', 'causal-memory', 'coherent'],
  'causal-convergence': [
    'causal',
    'monotonic-reads',
    'read-your-writes',
    'monotonic-writes',
    'writes-follow-reads',
  ],
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

/**
 * All models that hold wherever this one does, itself left out.
 *
 * Causal convergence implies coherence as long as nobody updates: two processes may each update
 * the same value without knowing of the other, and no one order has both right after it.
 *
 * @param updates true if the history has updates (cas)
 */
export function weakerThan(name: WeakModelName, updates: boolean): ReadonlySet<WeakModelName> {
  const found = new Set<WeakModelName>();
  const open: WeakModelName[] = [name];
  for (let model = open.pop(); model !== undefined; model = open.pop())
    for (const weaker of present(implied[model], `model ${model}`)) {
      found.add(weaker);
      open.push(weaker);
    }
  if (!updates && (found.has('causal-convergence') || name === 'causal-convergence'))
    found.add('coherent');
  return found;
}

/** Of models that hold, those that no other of them implies. */
export function strongestOf(
  names: readonly WeakModelName[],
  updates: boolean,
): readonly WeakModelName[] {
  return names.filter((name) => !names.some((other) => weakerThan(other, updates).has(name)));
}

/** Of models that are violated, those that imply no other of them. */
export function weakestOf(
  names: readonly WeakModelName[],
  updates: boolean,
): readonly WeakModelName[] {
  return names.filter((name) => {
    const weaker = weakerThan(name, updates);
    return !names.some((other) => weaker.has(other));
  });
}
