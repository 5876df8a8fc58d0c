/**
 * A seeded generator of pseudo-random numbers (splitmix32-style mixing).
 *
 * Immutable: drawing returns the next state, so asking a generator twice in the same
 * state gives the same answer, and a replay is a replay. `Random` is the same stream
 * as an object, for places that are effects anyway (the simulated network).
 */
import { assert } from './assert.ts';

export interface Prng {
  readonly state: number;
}

/** `seed`: an integer from 0 to 2^32 - 1. */
export function prng(seed: number): Prng {
  return { state: seed >>> 0 };
}

/** A stream that depends on the seed and the label, not on draws made elsewhere. */
export function fork(parent: Prng, label: string): Prng {
  let state = parent.state;
  for (let i = 0; i < label.length; i += 1) state = mix((state ^ label.charCodeAt(i)) + 0x9e3779b9);
  return { state };
}

/** A number in [0, 1). */
export function drawUnit(source: Prng): readonly [value: number, next: Prng] {
  const state = (source.state + 0x9e3779b9) >>> 0;
  return [mix(state) / 0x1_0000_0000, { state }];
}

/** An integer in [0, bound). */
export function drawInt(source: Prng, bound: number): readonly [value: number, next: Prng] {
  const [unit, next] = drawUnit(source);
  return [Math.floor(unit * bound), next];
}

/** One of `choices`, each as likely as the others. */
export function pick<T>(source: Prng, choices: readonly T[]): readonly [value: T, next: Prng] {
  assert(choices.length > 0, 'nothing to pick from');
  const [index, next] = drawInt(source, choices.length);
  return [choices[index] as T, next];
}

/** The same items in a random order (Fisher-Yates). */
export function shuffle<T>(source: Prng, items: readonly T[]): readonly [items: T[], next: Prng] {
  const shuffled = [...items];
  let rest = source;
  for (let i = shuffled.length - 1; i > 0; i -= 1) {
    const [j, next] = drawInt(rest, i + 1);
    rest = next;
    [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
  }
  return [shuffled, rest];
}

/** A mutable stream over the same generator. */
export class Random {
  #source: Prng;

  constructor(source: Prng) {
    this.#source = source;
  }

  /** A number in [0, 1). */
  unit(): number {
    const [value, next] = drawUnit(this.#source);
    this.#source = next;
    return value;
  }

  /** An integer in [0, bound). */
  int(bound: number): number {
    return Math.floor(this.unit() * bound);
  }

  /** True with probability `probability`. */
  chance(probability: number): boolean {
    return probability > 0 && this.unit() < probability;
  }

  /** Exponentially distributed with the given mean. */
  exponential(mean: number): number {
    return -Math.log(1 - this.unit()) * mean;
  }
}

function mix(input: number): number {
  let x = input >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
