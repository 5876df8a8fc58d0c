/** A soak says where histories begin (`DSX_SEED`): so do properties, and what failed is repeated. */
import fc from 'fast-check';

const seed = process.env['DSX_SEED'];
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
