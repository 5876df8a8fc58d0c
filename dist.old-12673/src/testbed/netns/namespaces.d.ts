import type { NodeId } from '../../fault/fault.ts';
export interface Namespaces {
  /** A process in the node's namespaces, for `nsenter -t`. */
  holder(index: number): number;
  close(): void;
}
/** @throws TargetError */
export declare function openNamespaces(nodes: readonly NodeId[]): Promise<Namespaces>;
