import type { Testbed } from '../../contract/testbed.ts';
import { type StdioTestbedOptions } from './options.ts';
/** Nothing is started yet. @throws UsageError for names that nodes cannot have. */
export declare function createStdioTestbed(options: StdioTestbedOptions): Testbed;
