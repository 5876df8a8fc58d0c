/**
 * Random small histories of an object that is right, mostly: clients call it, it takes effect
 * at some moment within the call (or later, or never, if the outcome is unknown), and now and
 * then an answer is changed, an effect lost, or a failure reported of something that happened.
 */
import type { Json } from '../../src/base/json.ts';
import { prng, Random } from '../../src/base/prng.ts';
import { historyOf } from '../../src/history/builder.ts';
import type { EventBody } from '../../src/history/event.ts';
import type { History } from '../../src/history/history.ts';
import { illegal, type Model } from '../../src/model/model.ts';

/** What may be asked of a model, and what it might answer, right or wrong. */
export interface OpShape {
  readonly f: string;
  readonly inputs: readonly Json[];
  readonly outputs: readonly Json[];
}

export interface Trouble {
  /** Of each operation: that its outcome is unknown, that it fails, that it lies. */
  readonly info: number;
  readonly fail: number;
  readonly lie: number;
}

interface OpenCall {
  readonly process: number;
  readonly f: string;
  readonly input: Json;
  readonly end: 'ok' | 'fail' | 'info';
  /** What it will say; undefined until it takes effect. */
  readonly answer: Json | undefined;
}

export function randomHistory(
  model: Model<unknown>,
  shapes: readonly OpShape[],
  seed: number,
  count: number,
  trouble: Trouble,
): History {
  return new Clients(model, shapes, new Random(prng(seed)), trouble).run(count);
}

class Clients {
  readonly #model: Model<unknown>;
  readonly #shapes: readonly OpShape[];
  readonly #random: Random;
  readonly #trouble: Trouble;
  readonly #events: EventBody[] = [];
  readonly #open = new Map<number, OpenCall>();
  /** Crashed, and not yet taken effect. */
  readonly #lingering: OpenCall[] = [];
  /** The process that each client is now. */
  readonly #processes: number[];
  #freshProcess: number;
  #state: unknown;

  constructor(model: Model<unknown>, shapes: readonly OpShape[], random: Random, trouble: Trouble) {
    this.#model = model;
    this.#shapes = shapes;
    this.#random = random;
    this.#trouble = trouble;
    this.#freshProcess = 1 + random.int(4);
    this.#processes = Array.from({ length: this.#freshProcess }, (_, client) => client);
    this.#state = model.init;
  }

  run(count: number): History {
    let left = count;
    while (left > 0 || this.#open.size > 0) {
      if (this.#lingering.length > 0 && this.#random.chance(0.1)) this.#wake();
      const client = this.#random.int(this.#processes.length);
      const call = this.#open.get(client);
      if (call !== undefined) this.#goOn(client, call);
      else if (left > 0) {
        this.#begin(client);
        left -= 1;
      }
    }
    return historyOf(this.#events);
  }

  #begin(client: number): void {
    const { f, inputs } = this.#one(this.#shapes);
    const draw = this.#random.unit();
    const { info, fail } = this.#trouble;
    const end = draw < info ? 'info' : draw < info + fail ? 'fail' : 'ok';
    const process = this.#processes[client] ?? 0;
    const input = this.#one(inputs);
    this.#open.set(client, { process, f, input, end, answer: undefined });
    this.#events.push({ type: 'invoke', process, f, value: input });
  }

  #goOn(client: number, call: OpenCall): void {
    if (call.end === 'info') this.#crash(client, call);
    else if (call.end === 'fail') {
      if (this.#random.chance(this.#trouble.lie)) this.#takeEffectUnseen(call);
      this.#complete(client, call, call.input);
    } else if (call.answer === undefined)
      this.#open.set(client, { ...call, answer: this.#takeEffect(call) });
    else {
      const lies = this.#random.chance(this.#trouble.lie);
      this.#complete(client, call, lies ? this.#one(this.#outputsOf(call)) : call.answer);
    }
  }

  #crash(client: number, call: OpenCall): void {
    if (this.#random.chance(0.5)) this.#lingering.push(call);
    // Some crash without a word.
    if (this.#random.chance(0.8)) this.#complete(client, call, call.input);
    this.#open.delete(client);
    this.#processes[client] = this.#freshProcess;
    this.#freshProcess += 1;
  }

  #complete(client: number, { end, process, f }: OpenCall, value: Json): void {
    this.#events.push({ type: end, process, f, value });
    this.#open.delete(client);
  }

  #takeEffect(call: OpenCall): Json {
    const { f, input, process } = call;
    const outputs = this.#outputsOf(call);
    const start = this.#random.int(outputs.length);
    for (let i = 0; i < outputs.length; i += 1) {
      const output = outputs[(start + i) % outputs.length] ?? null;
      const next = this.#model.step(this.#state, { f, input, output, process });
      if (next === illegal) continue;
      if (!this.#random.chance(this.#trouble.lie / 2)) this.#state = next;
      return output;
    }
    // Nothing that it might say is right now: an answer from the hat.
    return this.#one(outputs);
  }

  #wake(): void {
    const at = this.#random.int(this.#lingering.length);
    for (const call of this.#lingering.splice(at, 1)) this.#takeEffectUnseen(call);
  }

  #takeEffectUnseen({ f, input, process }: OpenCall): void {
    const next = this.#model.step(this.#state, { f, input, output: undefined, process });
    if (next !== illegal) this.#state = next;
  }

  #outputsOf({ f }: OpenCall): readonly Json[] {
    return this.#one(this.#shapes.filter((shape) => shape.f === f)).outputs;
  }

  #one<T>(items: readonly T[]): T {
    return items[this.#random.int(items.length)] as T;
  }
}
