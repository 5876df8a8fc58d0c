/** Correct objects that big histories are made of, for `bench/poly.ts`. */
import type { Json } from '../src/base/json.ts';
import type { Random } from '../src/base/prng.ts';

export interface Asked {
  readonly f: string;
  readonly input: Json;
}

/** A correct object. `apply` answers undefined if it cannot be done now. */
export interface Driven {
  ask(random: Random, client: number): Asked;
  apply(asked: Asked, client: number): Json | undefined;
  /** Functions that may crash; all unless given. */
  readonly crashes?: readonly string[];
  /** An answer that is false by now, and the function that gives it. */
  readonly wrong?: (answer: Json) => Json;
  readonly wrongF?: string;
  /** What a client whose operation crashed held is gone with it. */
  forget?(client: number): void;
}

export function cell(casRate: number): Driven {
  let value: Json = null;
  let last = 0;
  return {
    wrongF: 'read',
    ask(random): Asked {
      const draw = random.unit();
      if (draw < 0.5) return { f: 'read', input: null };
      last += 1;
      return draw < 0.5 + casRate
        ? { f: 'cas', input: [value, last] }
        : { f: 'write', input: last };
    },
    apply({ f, input }): Json {
      if (f === 'read') return value;
      if (f === 'write') value = input;
      else {
        const [from, to] = input as [Json, Json];
        if (from !== value) return false;
        value = to;
      }
      return true;
    },
    wrong: (answer) => (typeof answer === 'number' && answer > 1000 ? answer - 500 : answer),
  };
}

export function text(): Driven {
  let value = '';
  let last = 0;
  return {
    wrongF: 'get',
    ask(random): Asked {
      if (random.chance(0.5)) return { f: 'get', input: null };
      last += 1;
      return { f: random.chance(0.1) ? 'put' : 'append', input: `${last}.` };
    },
    apply({ f, input }): Json {
      if (f === 'put') value = input as string;
      if (f === 'append') value += input as string;
      return f === 'get' ? value : true;
    },
    wrong: () => '',
  };
}

export function growing(f: string): Driven {
  const value: number[] = [];
  let last = 0;
  return {
    wrongF: 'read',
    ask(random): Asked {
      if (random.chance(0.5)) return { f: 'read', input: null };
      last += 1;
      return { f, input: last };
    },
    apply({ f: asked, input }): Json {
      if (asked === f) value.push(input as number);
      return asked === f ? true : [...value];
    },
    wrong: () => [],
  };
}

export function sum(): Driven {
  let value = 0;
  return {
    wrongF: 'read',
    ask: (random) => (random.chance(0.5) ? { f: 'read', input: null } : { f: 'add', input: 1 }),
    apply({ f }): Json {
      if (f === 'add') value += 1;
      return f === 'add' ? true : value;
    },
    wrong: (answer) => Number(answer) - 1000,
  };
}

export function elementSet(): Driven {
  const elements = new Set<Json>();
  return {
    ask: (random) => {
      const input = random.int(1000);
      const draw = random.unit();
      return { f: draw < 0.3 ? 'add' : draw < 0.6 ? 'remove' : 'contains', input };
    },
    apply({ f, input }): Json {
      const there = elements.has(input);
      if (f === 'add') elements.add(input);
      if (f === 'remove') elements.delete(input);
      return f === 'add' ? !there : there;
    },
  };
}

export function container(
  put: string,
  take: string,
  next: 'first' | 'last' | 'greatest',
  crashes: readonly string[],
): Driven {
  let elements: number[] = [];
  let head = 0;
  let last = 0;
  const greatest = heapOf();
  const takeOne = (): number | undefined => {
    if (next === 'greatest') return greatest.pop();
    if (next === 'last') return elements.pop();
    if (head > 1_000_000) {
      elements = elements.slice(head);
      head = 0;
    }
    if (head >= elements.length) return undefined;
    head += 1;
    return elements[head - 1];
  };
  const taken: number[] = [];
  return {
    wrongF: take,
    crashes,
    ask(random): Asked {
      if (random.chance(0.49)) return { f: take, input: null };
      last += 1;
      return { f: put, input: next === 'greatest' ? random.int(1000) * 1_000_000 + last : last };
    },
    apply({ f, input }): Json {
      if (f === put) {
        if (next === 'greatest') greatest.push(input as number);
        else elements.push(input as number);
        return true;
      }
      const element = takeOne() ?? null;
      if (element !== null) taken.push(element);
      return element;
    },
    // Taken long ago: twice in all.
    wrong: (answer) => taken[Math.floor(taken.length / 2)] ?? answer,
  };
}

function heapOf(): { push(value: number): void; pop(): number | undefined } {
  const items: number[] = [];
  const less = (a: number, b: number): boolean => (items[a] ?? 0) < (items[b] ?? 0);
  const swap = (a: number, b: number): void => {
    [items[a], items[b]] = [items[b] ?? 0, items[a] ?? 0];
  };
  return {
    push(value): void {
      let at = items.push(value) - 1;
      for (; at > 0 && less((at - 1) >> 1, at); at = (at - 1) >> 1) swap(at, (at - 1) >> 1);
    },
    pop(): number | undefined {
      if (items.length === 0) return undefined;
      swap(0, items.length - 1);
      const top = items.pop();
      for (let at = 0; ; ) {
        let child = 2 * at + 1;
        if (child >= items.length) break;
        if (child + 1 < items.length && less(child, child + 1)) child += 1;
        if (!less(at, child)) break;
        swap(at, child);
        at = child;
      }
      return top;
    },
  };
}

export function lock(permits: number, tokens = false): Driven {
  const holders = new Set<number>();
  let token = 0;
  return {
    wrongF: 'acquire',
    ask: (_, client) => ({ f: holders.has(client) ? 'release' : 'acquire', input: null }),
    apply({ f }, client): Json | undefined {
      if (f === 'release') {
        holders.delete(client);
        return true;
      }
      if (holders.size >= permits) return undefined;
      holders.add(client);
      token += 1;
      return tokens ? token : true;
    },
    // A process that crashed is gone for good; let the lock go on without it.
    crashes: ['release'],
    forget: (client) => {
      holders.delete(client);
    },
    ...(tokens ? { wrong: (answer: Json): Json => Number(answer) - 500 } : {}),
  };
}

export function versioned(): Driven {
  let value: Json = null;
  let version = 0;
  let last = 0;
  return {
    wrongF: 'read',
    ask(random): Asked {
      if (random.chance(0.5)) return { f: 'read', input: null };
      last += 1;
      return { f: 'write', input: last };
    },
    apply({ f, input }): Json {
      if (f === 'read') return version === 0 ? null : [version, value];
      version += 1;
      value = input;
      return version;
    },
    wrong: () => null,
  };
}
