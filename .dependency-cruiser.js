/**
 * Who may import whom. This table is the architecture; a folder absent from a row
 * is forbidden to it. Edit the table, and the diff shows what changed.
 */
const pure = {
  base: [],
  fault: ['base'],
  porcupine: ['base'],
  history: ['base', 'fault'],
  model: ['base', 'history', 'porcupine'],
  generator: ['base', 'fault', 'history'],
  checker: ['base', 'fault', 'history', 'model', 'porcupine'],
  plan: ['base', 'fault'],
  report: ['base', 'fault', 'history', 'checker', 'plan', 'contract'],
  contract: ['base', 'fault', 'history', 'generator', 'checker', 'plan'],
};
const effects = {
  node: [],
  testbed: ['base', 'fault', 'history', 'plan', 'contract', 'client'],
  client: ['base', 'fault', 'history', 'contract'],
  store: ['base', 'fault', 'history', 'checker', 'report', 'plan', 'contract'],
  runner: [...Object.keys(pure), 'testbed', 'client', 'store'],
  cli: [...Object.keys(pure), 'testbed', 'client', 'store', 'runner'],
  commands: ['base', 'cli'],
  library: [...Object.keys(pure), 'store', 'runner', 'cli'],
};

const rows = Object.entries({ ...pure, ...effects }).map(([folder, allowed]) => ({
  name: `imports-of-${folder}`,
  severity: 'error',
  comment: `src/${folder} may import only: ${[folder, ...allowed].join(', ')}. Move the shared part down, or the caller up.`,
  from: { path: `^src/${folder}/` },
  to: {
    path: '^src/',
    pathNot: [
      ...[folder, ...allowed].map((name) => `^src/${name}/`),
      ...(['cli', 'runner'].includes(folder) ? ['^src/registry\\.ts$'] : []),
    ],
  },
}));

const nodeModules =
  '(^|/)(node:)?(fs|net|http|https|tls|dgram|child_process|worker_threads|os|timers|perf_hooks|crypto|path|events|stream)(/promises)?$|node_modules';

export default {
  forbidden: [
    ...rows,
    {
      name: 'pure-reaches-no-effect',
      severity: 'error',
      comment:
        'The pure folders must run in a worker, in a test without a disk, in a replay. Something here reaches a node: module or a package, perhaps through another file; the path is shown.',
      from: { path: `^src/(${Object.keys(pure).join('|')})/` },
      to: { path: nodeModules, reachable: true },
    },
    {
      name: 'only-commands-know-oclif',
      severity: 'error',
      comment: 'dsx is a library first. The command line is one user of it.',
      from: { pathNot: '^(src/commands|src/cli|bin)/' },
      to: { path: '@oclif/' },
    },
    {
      name: 'drop-ins-see-the-sdk',
      severity: 'error',
      comment:
        'A workload, nemesis or target imports src/sdk.ts. If it needs more, then the sdk lacks something: add it there.',
      from: { path: '^(workloads|nemesis|targets)/[^/]+\\.ts$' },
      to: { path: '^(src|workloads|nemesis|targets)/', pathNot: '^src/sdk\\.ts$' },
    },
    {
      name: 'node-programs-see-the-node-sdk',
      severity: 'error',
      comment:
        'The program of a bundled target takes all that it touches from src/node, so that it can run in a simulation. What several are built on is targets/raft.',
      from: { path: '^targets/([^/]+)/' },
      to: {
        path: '^(src|workloads|nemesis|targets)/',
        pathNot: ['^src/node/', '^targets/$1/', '^targets/raft/'],
      },
    },
    {
      name: 'src-does-not-know-drop-ins',
      severity: 'error',
      comment: 'src/registry.ts finds them at run time.',
      from: { path: '^src/' },
      to: { path: '^(workloads|nemesis|targets|test|bench)/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-to-dev-dep',
      severity: 'error',
      comment: 'It would break on npm install --omit=dev.',
      from: { path: '^(src|bin|workloads|nemesis|targets)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.d.ts'] },
  },
};
