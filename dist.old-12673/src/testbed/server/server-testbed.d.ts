import type { ServerTarget } from '../../contract/target.ts';
import type { NodeTrouble, Testbed } from '../../contract/testbed.ts';
import type { NodeId } from '../../fault/fault.ts';
import type { Hosts } from './hosts.ts';
export interface ServerTestbedOptions {
  readonly nodes: readonly NodeId[];
  readonly target: ServerTarget;
  readonly variant: string;
  readonly hosts: Hosts;
  /** Absolute; is made. Gets `stderr.log`, `stdout.log` and `data/`. */
  readonly nodeFolder: (node: NodeId) => string;
  /** DSX_RUN of every process: `<pid of dsx>-…`, by which leftovers are found. No spaces. */
  readonly runMark: string;
  /** Each line that a node writes to stderr. */
  readonly onStderr?: (node: NodeId, line: string) => void;
  readonly onTrouble?: (trouble: NodeTrouble) => void;
}
/** Nothing is started yet. */
export declare function createServerTestbed(options: ServerTestbedOptions): Testbed;
