/** Counts every message, and writes down those that were asked for. */
import type { Clock } from '../../contract/clock.ts';
import type { NetworkStats } from '../../contract/testbed.ts';
import type { LogFile } from '../process/log-file.ts';
import { type DropReason, type Endpoint, type Message } from './endpoint.ts';
export interface LedgerOptions {
  readonly clock: Clock;
  /** `sample`: the first messages of each link and then one in a hundred. */
  readonly networkLog: 'off' | 'sample' | 'all';
  /** Where it goes; undefined if the log is off. */
  readonly file: LogFile | undefined;
  readonly onSend: ((line: string) => void) | undefined;
  readonly onReceive: ((line: string) => void) | undefined;
}
export declare class Ledger {
  #private;
  constructor(options: LedgerOptions);
  /** Decides, before a message is sent, whether it is to be logged. */
  shallLog(from: Endpoint, to: Endpoint): boolean;
  sent(message: Message): void;
  received(message: Message): void;
  dropped(message: Message, reason: DropReason): void;
  duplicated(): void;
  corrupted(): void;
  stats(): NetworkStats;
  close(): Promise<void>;
}
