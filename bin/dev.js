#!/usr/bin/env node
// dsx from source, for those who work on it.
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../src/cli/main.ts');
await main();
