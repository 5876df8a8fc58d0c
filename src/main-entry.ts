/**
 * The library door `dsx`: `runTest()`, `Recording`, and all that workloads, nemeses and targets
 * are made of.
 *
 *     import { runTest } from 'dsx';
 *
 *     const report = await runTest({ bin: './store', workload: 'lin-kv', nemesis: 'partition' });
 *     if (!report.passed) throw new Error(report.text);
 */
export {
  noEffect,
  type OpenOperation,
  type RecordedOp,
  Recording,
  type RecordingOptions,
} from './library/recording.ts';
export { type RunTestOptions, runTest, type TestReport } from './library/run-test.ts';
export type { ScriptedFaultSetting, TestSettings } from './library/test-settings.ts';
export * from './sdk.ts';
