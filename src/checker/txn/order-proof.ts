/**
 * Why some few transactions on registers have no order, step by step, so that a person can
 * follow: of each two writers of a key, which one cannot have come first since that would
 * close a circle, until there are two of which neither can.
 *
 * The search that found them (`register-orders.ts`) is not asked: what is written here is
 * derived anew and from the history alone, so that a proof checks the finding too. Where
 * forcing alone does not come to a contradiction there is none to write down.
 */
import type { Json, JsonObject } from '../../base/json.ts';
import { noEvent, typeCode } from '../../history/columns.ts';
import { text } from './findings.ts';
import { valueText } from './register-anomalies.ts';
import type { OrderQuestion } from './register-problem.ts';
import { initial, type RegisterHistory } from './register-versions.ts';
import { readKind, writeKind } from './transactions.ts';

export interface OrderProof {
  readonly lines: readonly string[];
  /** Each step: what was shown, and the circle that the opposite would close. */
  readonly steps: readonly JsonObject[];
  /** What it is about. */
  readonly keys: readonly Json[];
}

/** Larger sets are not argued out: nobody would read it. */
const membersMax = 40;

/** @param names what to call the transactions */
export function orderProof(
  history: RegisterHistory,
  question: OrderQuestion,
  names: ReadonlyMap<number, string>,
): OrderProof | undefined {
  return names.size > membersMax ? undefined : new Prover(history, question, names).prove();
}

type AddEdge = (from: number, to: number, why: string, key?: Json) => void;

interface ProofEdge {
  readonly from: number;
  readonly to: number;
  /** Empty: goes without saying. */
  readonly why: string;
  /** What that is about. */
  readonly key?: Json;
  /** The step that showed it, or -1 if the history does. */
  readonly step: number;
}

/** Of two writes of a key the first came first. */
interface WriteOrder {
  readonly first: number;
  readonly second: number;
}

interface Step {
  readonly shown: WriteOrder;
  readonly circle: readonly ProofEdge[];
}

class Prover {
  readonly #history: RegisterHistory;
  readonly #question: OrderQuestion;
  readonly #names: ReadonlyMap<number, string>;
  readonly #members: readonly number[];
  readonly #number = new Map<number, number>();
  readonly #out: ProofEdge[][] = [];
  readonly #steps: Step[] = [];

  constructor(
    history: RegisterHistory,
    question: OrderQuestion,
    names: ReadonlyMap<number, string>,
  ) {
    this.#history = history;
    this.#question = question;
    this.#names = names;
    this.#members = [...names.keys()];
    for (const [i, t] of this.#members.entries()) {
      this.#number.set(t, i);
      this.#out.push([], []);
    }
  }

  prove(): OrderProof | undefined {
    this.#addKnown();
    const known = this.#out.flat().map((edge) => this.#circleWith(edge));
    const circle = known.find((found) => found !== undefined);
    if (circle !== undefined) return this.#written([circle], undefined);
    let open: readonly WriteOrder[] = this.#pairs();
    for (;;) {
      const left: WriteOrder[] = [];
      for (const pair of open) {
        const turned = { first: pair.second, second: pair.first };
        const [one, other] = [this.#circleIf(pair), this.#circleIf(turned)];
        if (one !== undefined && other !== undefined) return this.#written([one, other], pair);
        if (one === undefined && other === undefined) left.push(pair);
        else if (one !== undefined) this.#show(turned, one);
        else if (other !== undefined) this.#show(pair, other);
      }
      if (left.length === open.length) return undefined;
      open = left;
    }
  }

  #show(shown: WriteOrder, circle: readonly ProofEdge[]): void {
    const step = this.#steps.push({ shown, circle }) - 1;
    for (const edge of this.#edgesOf(shown, step)) this.#out[edge.from]?.push(edge);
  }

  #circleIf(order: WriteOrder): readonly ProofEdge[] | undefined {
    for (const edge of this.#edgesOf(order, -1)) {
      const circle = this.#circleWith(edge);
      if (circle !== undefined) return circle;
    }
    return undefined;
  }

  /** The edge and the shortest way back. */
  #circleWith(edge: ProofEdge): readonly ProofEdge[] | undefined {
    const via = new Map<number, ProofEdge | undefined>([[edge.to, undefined]]);
    for (const vertex of via.keys()) {
      if (vertex === edge.from) break;
      for (const next of this.#out[vertex] ?? []) if (!via.has(next.to)) via.set(next.to, next);
    }
    if (!via.has(edge.from)) return undefined;
    const back: ProofEdge[] = [];
    for (let step = via.get(edge.from); step !== undefined; step = via.get(step.from))
      back.push(step);
    return [edge, ...back.toReversed()];
  }

  #addKnown(): void {
    const { first, kind } = this.#history.transactions;
    const add: AddEdge = (from, to, why, key) => {
      if (from !== to)
        this.#out[from]?.push({ from, to, why, step: -1, ...(key === undefined ? {} : { key }) });
    };
    for (const t of this.#members) {
      if (this.#question.isolation !== 'serial') add(this.#begin(t), this.#commit(t), '');
      for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
        if (kind[i] === readKind && this.#history.external[i] === 1) this.#addRead(t, i, add);
      for (const other of this.#members) {
        const why = other === t ? undefined : this.#whyEarlier(t, other);
        if (why !== undefined) add(this.#commit(t), this.#begin(other), why);
      }
    }
  }

  #addRead(t: number, read: number, add: AddEdge): void {
    const { transactions, source } = this.#history;
    const { of } = transactions;
    const write = source[read] ?? 0;
    const what = `${this.#name(t)} read ${valueText(transactions, read)} at key ${this.#key(read)}`;
    if (write === initial) {
      for (const other of this.#finalWrites(read))
        if (of[other] !== t)
          add(
            this.#begin(t),
            this.#commit(of[other] ?? 0),
            `${what}, the initial value, which ${this.#name(of[other] ?? 0)} overwrote`,
            this.#keyOf(read),
          );
      return;
    }
    const writer = of[write] ?? 0;
    if (write >= 0 && writer !== t && this.#number.has(writer))
      add(
        this.#commit(writer),
        this.#begin(t),
        `${what}, which ${this.#name(writer)} wrote`,
        this.#keyOf(read),
      );
  }

  /** By session or real time, where that counts. */
  #whyEarlier(a: number, b: number): string | undefined {
    const { process, outcome, complete, invoke } = this.#history.transactions;
    if (outcome[a] !== typeCode.ok || this.#question.kept === 'none') return undefined;
    if (this.#question.kept === 'process')
      return process[a] === process[b] && (invoke[a] ?? 0) < (invoke[b] ?? 0)
        ? `process ${process[a] ?? -1} ran ${this.#name(a)} before ${this.#name(b)}`
        : undefined;
    const returned = complete[a] ?? noEvent;
    if (returned === noEvent || returned >= (invoke[b] ?? 0)) return undefined;
    return `${this.#name(a)} had returned (event ${returned}) before ${this.#name(b)} was invoked (event ${invoke[b] ?? -1})`;
  }

  #edgesOf({ first, second }: WriteOrder, step: number): readonly ProofEdge[] {
    const { transactions, source, external } = this.#history;
    const { of, kind } = transactions;
    const [a, b] = [of[first] ?? 0, of[second] ?? 0];
    const key = this.#keyOf(first);
    const said = `${this.#name(a)}'s write of key ${this.#key(first)} came before ${this.#name(b)}'s`;
    const to = this.#question.isolation === 'prefix' ? this.#commit(b) : this.#begin(b);
    const edges: ProofEdge[] = [{ from: this.#commit(a), to, why: said, step, key }];
    for (const t of this.#members) {
      if (t === a || t === b) continue;
      for (let i = transactions.first[t] ?? 0; i < (transactions.first[t + 1] ?? 0); i += 1) {
        if (kind[i] !== readKind || external[i] === 0 || source[i] !== first) continue;
        const why = `${this.#name(t)} read ${valueText(transactions, i)} at key ${this.#key(i)}, which ${this.#name(a)} wrote and ${this.#name(b)} overwrote`;
        edges.push({ from: this.#begin(t), to: this.#commit(b), why, step, key });
      }
    }
    return edges;
  }

  /** Members' final writes of the key of a micro-operation. */
  #finalWrites(micro: number): readonly number[] {
    const { transactions, final } = this.#history;
    const { first, kind, key } = transactions;
    const found: number[] = [];
    for (const t of this.#members)
      for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1)
        if (kind[i] === writeKind && final[i] === 1 && key[i] === key[micro]) found.push(i);
    return found;
  }

  #pairs(): readonly WriteOrder[] {
    const { transactions, final } = this.#history;
    const { first, kind, of } = transactions;
    const pairs: WriteOrder[] = [];
    for (const t of this.#members)
      for (let i = first[t] ?? 0; i < (first[t + 1] ?? 0); i += 1) {
        if (kind[i] !== writeKind || final[i] === 0) continue;
        for (const other of this.#finalWrites(i))
          if ((of[other] ?? 0) > t) pairs.push({ first: i, second: other });
      }
    return pairs;
  }

  /** Only the steps that the contradiction rests on. */
  #written(circles: readonly (readonly ProofEdge[])[], pair: WriteOrder | undefined): OrderProof {
    const needed = new Set<number>();
    const need = (circle: readonly ProofEdge[]): void => {
      for (const { step } of circle) {
        if (step === -1 || needed.has(step)) continue;
        needed.add(step);
        need(this.#steps[step]?.circle ?? []);
      }
    };
    circles.forEach(need);
    const lines: string[] = [];
    const steps: JsonObject[] = [];
    for (const step of [...needed].sort((a, b) => a - b)) {
      const { shown, circle } = this.#steps[step] ?? { circle: [] };
      if (shown === undefined) continue;
      lines.push(`${this.#order(shown)}; otherwise ${this.#inWords(circle)}.`);
      steps.push({ shown: this.#order(shown), circle: this.#asJson(circle) });
    }
    const [one = [], other] = circles;
    if (pair === undefined || other === undefined)
      lines.push(`They form a circle: ${this.#inWords(one)}.`);
    else {
      const turned = { first: pair.second, second: pair.first };
      lines.push(`If ${this.#order(pair)}, then ${this.#inWords(one)}.`);
      lines.push(`If ${this.#order(turned)}, then ${this.#inWords(other)}: a contradiction.`);
    }
    for (const circle of circles) steps.push({ circle: this.#asJson(circle) });
    const about = [...circles, ...[...needed].map((step) => this.#steps[step]?.circle ?? [])];
    const keys = about.flat().flatMap(({ key }) => (key === undefined ? [] : [key]));
    return { lines, steps, keys };
  }

  #order({ first, second }: WriteOrder): string {
    const { of } = this.#history.transactions;
    return `${this.#name(of[first] ?? 0)} wrote key ${this.#key(first)} before ${this.#name(of[second] ?? 0)} did`;
  }

  #inWords(circle: readonly ProofEdge[]): string {
    return circle
      .filter(({ why }) => why !== '')
      .map((edge) => `${this.#relation(edge)} (${edge.why})`)
      .join(', ');
  }

  #relation({ from, to }: ProofEdge): string {
    const [a, b] = [this.#name(this.#transaction(from)), this.#name(this.#transaction(to))];
    if (this.#question.isolation === 'serial') return `${a} < ${b}`;
    const did = (vertex: number): string => (vertex % 2 === 1 ? 'committed' : 'began');
    return `${a} ${did(from)} before ${b} ${did(to)}`;
  }

  #asJson(circle: readonly ProofEdge[]): Json {
    const { invoke } = this.#history.transactions;
    return circle
      .filter(({ why }) => why !== '')
      .map(({ from, to, why }) => ({
        from: invoke[this.#transaction(from)] ?? 0,
        to: invoke[this.#transaction(to)] ?? 0,
        why,
      }));
  }

  #transaction(vertex: number): number {
    return this.#members[vertex >> 1] ?? 0;
  }

  /** Both moments are one vertex where transactions run one after the other. */
  #begin(t: number): number {
    return (this.#number.get(t) ?? 0) * 2;
  }

  #commit(t: number): number {
    return this.#begin(t) + (this.#question.isolation === 'serial' ? 0 : 1);
  }

  #name(t: number): string {
    return this.#names.get(t) ?? '';
  }

  #keyOf(micro: number): Json {
    const { keys, key } = this.#history.transactions;
    return keys[key[micro] ?? 0] ?? null;
  }

  #key(micro: number): string {
    return text(this.#keyOf(micro));
  }
}
