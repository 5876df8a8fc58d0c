import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Everything a pure folder must be handed instead of reaching for. */
const impureGlobals = [
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'performance', 'Date'].map(
    (name) => ({
      name,
      message: 'Take a Clock. Pure code has no time of its own.',
    }),
  ),
  ...['process', 'fetch', 'console', 'Buffer'].map((name) => ({
    name,
    message:
      'This folder is pure: move the effect to src/runner, src/testbed, src/store or src/commands.',
  })),
];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'Name what you export. Defaults are for drop-in folders.',
};

const bannedSyntax = [
  { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
  {
    selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
    message: 'Take a Prng: a run must be repeatable from its seed.',
  },
  {
    selector:
      "TSPropertySignature[key.name=/(timeout|delay|latency|duration|interval|deadline|jitter)$/i][typeAnnotation.typeAnnotation.type='TSNumberKeyword']",
    message: 'Put the unit last: timeoutMs, delayNs.',
  },
];

export default tseslint.config(
  { ignores: ['dist/', 'dist.*/', 'coverage/', 'histories/runs/', 'docs/generated/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // Size. A function that fits on a screen; a file that fits in a head.
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      'max-depth': ['error', 3],
      'max-params': ['error', 5],

      // Every promise is awaited, returned, or explicitly let go with `void`.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],

      // Every union is handled whole.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      '@typescript-eslint/strict-boolean-expressions': ['error', { allowNullableBoolean: false }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],

      // Style the house agreed on.
      eqeqeq: 'error',
      'no-param-reassign': ['error', { props: true }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', noDefaultExport, ...bannedSyntax],

      // An underscore says that the name is not needed.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { varsIgnorePattern: '^_+$', argsIgnorePattern: '^_+$' },
      ],
      // An async method of an interface may have nothing to await.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // The pure half. dependency-cruiser keeps node: modules out; this keeps globals out.
    files: [
      'src/{base,fault,porcupine,history,model,generator,checker,report,plan,contract}/**/*.ts',
    ],
    rules: { 'no-restricted-globals': ['error', ...impureGlobals] },
  },
  {
    // One file, one default export: that is how a drop-in folder is read.
    files: [
      'targets/*/*.ts',
      'workloads/*.ts',
      'nemesis/*.ts',
      'targets/*.ts',
      'src/commands/**/*.ts',
      '*.config.{js,ts}',
      '.dependency-cruiser.js',
    ],
    rules: { 'no-restricted-syntax': ['error', ...bannedSyntax] },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-lines': 'off',
      complexity: 'off',
      'max-depth': 'off',
      // A fake or a simulation is a thing that changes.
      'no-param-reassign': 'off',
      // A test reads JSON that it has just made, and fails if it is something else.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    // Algorithms as their papers have them: one loop with its cases beside each other.
    files: ['src/{checker,porcupine}/**/*.ts', 'src/history/format/**/*.ts'],
    // Defaults of typed arrays (`?? 0`) count as branches, and there are many of them.
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    rules: { complexity: ['error', 36], 'max-depth': ['error', 5] },
  },
  {
    files: ['bench/**/*.ts', 'scripts/**/*'],
    rules: { 'no-console': 'off', 'no-param-reassign': 'off', 'max-depth': ['error', 4] },
  },
  {
    files: ['**/*.js'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: {
      ...tseslint.configs.disableTypeChecked.languageOptions,
      globals: { console: 'readonly', process: 'readonly', URL: 'readonly' },
    },
  },
);
