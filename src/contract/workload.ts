/** A workload: an object type's ops, their generator, and the checkers that judge them. */
import type { Json } from '../base/json.ts';
import type { Prng } from '../base/prng.ts';
import type { Checker } from '../checker/checker.ts';
import type { NodeId } from '../fault/fault.ts';
import type { Generator } from '../generator/generator.ts';
import type { HistoryEvent } from '../history/event.ts';
import type { Client, RpcChannel } from './client.ts';
import type { ObjectType, OptionValues } from './target.ts';

export type { OptionValues } from './target.ts';

export interface WorkloadOption {
  readonly summary: string;
  readonly default: string;
  /** The words allowed; absent for free text and numbers. */
  readonly choices?: readonly string[];
}

export interface WorkloadContext {
  readonly rng: Prng;
  readonly nodes: readonly NodeId[];
  /** Number of client threads. */
  readonly concurrency: number;
  /** Every declared option, completed: given or default. */
  readonly options: OptionValues;
}

export interface WorkloadSchedule {
  /** Runs, at `--rate`, until `--time-limit`, with the nemesis beside it. */
  readonly main: Generator;
  /**
   * Runs after everything was healed and the recovery time has passed. `keys`: those that ops
   * were invoked on, in order of first use; `completions`: those that `remembers` chose.
   */
  readonly final?: (keys: readonly Json[], completions: readonly HistoryEvent[]) => Generator;
  /** Which completions of the load `final` is told of. None if absent. */
  readonly remembers?: (completion: HistoryEvent) => boolean;
}

export interface Workload {
  readonly name: string;
  /** Other names for it, such as Maelstrom's. */
  readonly aliases: readonly string[];
  /** Options that one of the aliases stands for, unless the user says otherwise. */
  readonly aliasOptions?: Readonly<Record<string, OptionValues>>;
  readonly summary: string;
  readonly object: ObjectType;
  /** The functions of its ops; a run in which one of them never succeeded is `unknown`. */
  readonly functions: readonly string[];
  readonly options: Readonly<Record<string, WorkloadOption>>;
  /** What `--rate` (ops per second) and `--concurrency` are unless said otherwise. */
  readonly defaults: { readonly rate: number; readonly concurrency: string };
  /** Models that `--model` may name, the default first. */
  readonly models: readonly string[];
  generator(context: WorkloadContext): WorkloadSchedule;
  /** The client over the Maelstrom protocol (testbed `stdio`). */
  maelstrom?: (rpc: RpcChannel, options: OptionValues) => Client;
  /**
   * Makes a target's own client of `object`, where nodes are servers, into one of this
   * workload's ops. Absent where they are the same.
   */
  adapt?: (client: Client, options: OptionValues) => Client;
  /** Runs once per node before the load, over the Maelstrom protocol (topology and the like). */
  prepare?: (rpc: RpcChannel, nodes: readonly NodeId[], options: OptionValues) => Promise<void>;
  /** What judges the history. `model` is one of `models`. */
  checkers(model: string, options: OptionValues): readonly Checker[];
}
