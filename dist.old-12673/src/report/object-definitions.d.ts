/** Names of anomalies of objects other than registers: locks, queues, counters, sets, versions. */
import { type Definition } from './definition.ts';
export declare const objectDefinitions: Readonly<Record<string, Definition>>;
