import type { NodeId } from '../../fault/fault.ts';
import { ClientEndpoint } from './endpoints.ts';
import type { Envelope } from './envelope.ts';
import type { Ledger } from './ledger.ts';
import type { Router } from './router.ts';
import type { Service } from './services/service.ts';
import type { StdioNode } from './stdio-node.ts';
import type { Troubles } from './troubles.ts';
export interface WireOptions {
  readonly nodes: readonly NodeId[];
  readonly services: readonly Service[];
  readonly router: Router;
  readonly ledger: Ledger;
  readonly troubles: Troubles;
}
export declare class Wire {
  #private;
  constructor(options: WireOptions);
  /** A new client: c0, c1, … It is in no statistics if `isCounted` is false. */
  openClient(node: NodeId, timeoutMs: number, isCounted?: boolean): ClientEndpoint;
  /** A node has written a message. */
  sendFrom(node: StdioNode, { src, dest, body }: Envelope): void;
  /** A node has written a line that is no message. */
  badLine(node: NodeId, reason: string, line: string): void;
  close(): void;
}
