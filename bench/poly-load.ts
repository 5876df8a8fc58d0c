/** Big histories of correct objects, made by random concurrent clients: for `bench/poly.ts`. */
import type { Json } from '../src/base/json.ts';
import { prng, Random } from '../src/base/prng.ts';
import { HistoryBuilder } from '../src/history/builder.ts';
import { typeCode } from '../src/history/columns.ts';
import type { History } from '../src/history/history.ts';
import { noValue } from '../src/history/values.ts';
import type { Asked, Driven } from './poly-objects.ts';

export interface Load {
  readonly operations: number;
  readonly clients: number;
  readonly crashRate: number;
  readonly keys: number;
  /** One false answer near the end, if the object can give one. */
  readonly wrong: boolean;
}

interface Client {
  process: number;
  asked: Asked | undefined;
  answer: Json | undefined;
}

const wrongFrom = 0.999;
const nsPerEvent = 1000;

/** One object, or many, each in its own stretch of the history under its own key. */
export function drive(make: () => Driven, load: Load): History {
  const builder = new HistoryBuilder();
  const random = new Random(prng(7));
  const operations = Math.round(load.operations / load.keys);
  let process = 0;
  for (let key = 0; key < load.keys; key += 1) {
    const id = load.keys === 1 ? noValue : builder.values.id(`k${key}`);
    const driver = new Driver(
      make(),
      { ...load, operations },
      { builder, random, key: id, process },
    );
    process = driver.run();
  }
  return builder.build();
}

interface Place {
  readonly builder: HistoryBuilder;
  readonly random: Random;
  readonly key: number;
  readonly process: number;
}

class Driver {
  readonly #object: Driven;
  readonly #load: Load;
  readonly #place: Place;
  readonly #clients: readonly Client[];
  #nextProcess: number;
  #begun = 0;
  #open = 0;
  #blocked = 0;
  #isWrong = false;

  constructor(object: Driven, load: Load, place: Place) {
    this.#object = object;
    this.#load = load;
    this.#place = place;
    this.#nextProcess = place.process + load.clients;
    this.#clients = Array.from({ length: load.clients }, (_, at) => ({
      process: place.process + at,
      asked: undefined,
      answer: undefined,
    }));
  }

  /** @returns the next free process number */
  run(): number {
    const { random } = this.#place;
    while (this.#begun < this.#load.operations || this.#open > 0) {
      const at = random.int(this.#clients.length);
      const client = this.#clients[at];
      if (client === undefined) continue;
      if (client.asked === undefined) this.#ask(client, at);
      else if (client.answer === undefined) this.#apply(client, client.asked, at);
      else this.#answer(client, client.asked, client.answer);
    }
    return this.#nextProcess;
  }

  #ask(asking: Client, at: number): void {
    const client = asking;
    if (this.#begun >= this.#load.operations) return;
    client.asked = this.#object.ask(this.#place.random, at);
    client.answer = undefined;
    this.#begun += 1;
    this.#open += 1;
    this.#write(typeCode.invoke, client, client.asked.input ?? undefined);
  }

  #apply(asking: Client, asked: Asked, at: number): void {
    const client = asking;
    const { random } = this.#place;
    const mayCrash = this.#object.crashes?.includes(asked.f) ?? true;
    const crashes = (): boolean => mayCrash && random.chance(this.#load.crashRate / 2);
    if (crashes()) {
      this.#crash(client, at);
      return;
    }
    client.answer = this.#object.apply(asked, at);
    this.#blocked = client.answer === undefined ? this.#blocked + 1 : 0;
    const isStuck = this.#blocked > 20 * this.#clients.length;
    if (isStuck || (client.answer !== undefined && crashes())) this.#crash(client, at);
  }

  #answer(asking: Client, asked: Asked, right: Json): void {
    const client = asking;
    const { wrong, wrongF } = this.#object;
    const isDue = this.#load.wrong && this.#begun > wrongFrom * this.#load.operations;
    const goesWrong = isDue && !this.#isWrong && asked.f === wrongF && wrong !== undefined;
    const answer = goesWrong ? wrong(right) : right;
    if (answer !== right) this.#isWrong = true;
    this.#write(typeCode.ok, client, answer);
    client.asked = undefined;
    this.#open -= 1;
  }

  #crash(asking: Client, at: number): void {
    const client = asking;
    this.#write(typeCode.info, client, undefined);
    this.#object.forget?.(at);
    this.#open -= 1;
    client.asked = undefined;
    client.process = this.#nextProcess;
    this.#nextProcess += 1;
  }

  #write(type: number, client: Client, value: Json | undefined): void {
    const { builder, key } = this.#place;
    const f = builder.functionId(client.asked?.f ?? '');
    const id = value === undefined ? noValue : builder.values.id(value);
    builder.addRow(type, client.process, f, key, id, builder.length * nsPerEvent);
  }
}
