/** What kind of object a history is of, by its functions and answers, and what judges it. */
import { isArray, isObject, type Json } from '../base/json.ts';
import { typeCode } from '../history/columns.ts';
import type { History } from '../history/history.ts';
import { hasTransactions, type TransactionKind, transactionKind } from './txn/catalog.ts';

export interface ObjectKind {
  readonly kind: string;
  /** As one says it: `a FIFO queue`. */
  readonly text: string;
  /** Names of sequential models, for linearizability; the first is the promise. */
  readonly models: readonly string[];
  /** Names of invariants. */
  readonly invariants: readonly string[];
  /** What fits and was not checked, and why. */
  readonly notChecked: Readonly<Record<string, string>>;
}

interface Row extends ObjectKind {
  /** One of these functions must occur, and no others but those of `also`. */
  readonly needs: readonly string[];
  readonly also: readonly string[];
  /** What an ok `read` answers, where that tells two kinds apart. */
  readonly reads?: 'list' | 'number' | 'object';
}

function row(
  kind: string,
  text: string,
  functions: readonly [needs: readonly string[], also: readonly string[]],
  judges: Partial<Pick<Row, 'models' | 'invariants' | 'notChecked' | 'reads'>>,
): Row {
  const [needs, also] = functions;
  return { kind, text, needs, also, models: [], invariants: [], notChecked: {}, ...judges };
}

const needsParameter = 'needs to be told what was promised; see dsx list models';

const rows: readonly Row[] = [
  row('bank', 'accounts of a bank', [['transfer'], ['read']], { invariants: ['bank'] }),
  row(
    'log',
    'logs in the manner of Kafka',
    [
      ['send', 'poll'],
      ['txn', 'assign', 'subscribe', 'crash', 'debug-topic-partitions'],
    ],
    {
      invariants: ['kafka'],
    },
  ),
  row('watch', 'a watched register', [['watch'], ['write', 'read']], { invariants: ['watch'] }),
  row('broadcast', 'a broadcast', [['broadcast'], ['read']], {
    reads: 'list',
    invariants: ['broadcast'],
    notChecked: {
      'fifo-broadcast': 'delivery in order is promised by few; ask for it with --model',
      'causal-broadcast': 'delivery in order is promised by few; ask for it with --model',
      'total-order': 'delivery in order is promised by few; ask for it with --model',
    },
  }),
  row('set', 'a set', [['add'], ['read', 'remove', 'contains']], {
    reads: 'list',
    models: ['set'],
    invariants: ['set-full', 'set-last-read'],
  }),
  row('counter', 'a counter', [['add', 'add-and-get'], ['read']], {
    reads: 'number',
    models: ['counter'],
    invariants: ['counter-bounds', 'final-counter'],
  }),
  row('tickets', 'a counter that hands out numbers', [['fetch-and-increment'], ['read']], {
    models: ['fetch-and-increment'],
  }),
  row('set', 'a set', [['contains'], ['add', 'remove']], { models: ['set'] }),
  row('queue', 'a queue', [['enqueue', 'dequeue'], ['drain']], {
    models: ['fifo-queue', 'unordered-queue'],
    invariants: ['total-queue', 'queue'],
  }),
  row('stack', 'a stack', [['push', 'pop'], []], { models: ['stack'] }),
  row('lock', 'a lock', [['acquire', 'release'], ['write']], {
    models: ['mutex'],
    invariants: ['lock'],
    notChecked: {
      semaphore: needsParameter,
      'fenced-mutex': needsParameter,
      lease: needsParameter,
    },
  }),
  row('ids', 'a source of unique ids', [['generate'], []], { invariants: ['unique-ids'] }),
  row('election', 'an election', [['leader'], []], { invariants: ['election'] }),
  row('failure-detector', 'a failure detector', [['suspects'], []], {
    invariants: ['failure-detector'],
  }),
  row('kv', 'a key-value store', [['put', 'get'], ['append']], { models: ['kv'] }),
  row('list', 'a list', [['append'], ['read']], { models: ['append-list'] }),
  row('rate-limiter', 'a rate limiter', [['request'], []], {
    notChecked: { 'rate-limit': needsParameter },
  }),
  row('unique-inserts', 'inserts on a condition', [['insert'], ['read']], {
    invariants: ['write-skew'],
  }),
  row('echo', 'an echo', [['echo'], []], { invariants: ['echo'] }),
];

/** By what the clients did. */
export function objectOf(history: History): ObjectKind {
  const { functions, reads } = survey(history);
  const isOnly = (names: readonly string[]): boolean => functions.every((f) => names.includes(f));
  const isOneOf = (names: readonly string[]): boolean => names.some((f) => functions.includes(f));
  if (isOneOf(['txn']) && !isOneOf(['send', 'poll', 'assign', 'subscribe'])) {
    if (hasLogSteps(history)) return rows.find(({ kind }) => kind === 'log') ?? unknownKind;
    if (isOnly(['txn']) && hasTransactions(history)) return transactions(transactionKind(history));
  }
  for (const each of rows) {
    if (!isOneOf(each.needs) || !isOnly([...each.needs, ...each.also])) continue;
    if (each.reads === undefined || reads === undefined || reads === each.reads) return each;
  }
  if (!isOneOf(['read', 'write', 'cas']) || !isOnly(['read', 'write', 'cas'])) return unknownKind;
  if (answersVersions(history))
    return {
      ...unknownKind,
      kind: 'versioned',
      text: 'a register that tells versions',
      models: ['versioned-register'],
    };
  const text = isOneOf(['cas']) ? 'registers with compare-and-set' : 'registers';
  return { ...unknownKind, kind: 'registers', text };
}

const unknownKind: ObjectKind = {
  kind: 'unknown',
  text: 'operations of no known object',
  models: [],
  invariants: [],
  notChecked: {},
};

const transactionTexts = {
  'list-append': 'transactions on lists',
  'rw-register': 'transactions on registers',
  'closed-predicate': 'transactions with predicate reads',
} as const;

function transactions(kind: TransactionKind): ObjectKind {
  return { ...unknownKind, kind, text: transactionTexts[kind] };
}

function survey(history: History): {
  functions: readonly string[];
  reads: Row['reads'] | undefined;
} {
  const { count, f, outcome, output } = history.operations;
  const readId = history.functionId('read');
  const met = new Set<number>();
  let reads: Row['reads'] | undefined;
  for (let each = 0; each < count; each += 1) {
    met.add(f[each] ?? 0);
    if (reads !== undefined || f[each] !== readId || outcome[each] !== typeCode.ok) continue;
    reads = shapeOf(history.values.value(output[each] ?? -1) ?? null);
  }
  return { functions: [...met].map((id) => history.functions[id] ?? ''), reads };
}

/** Whether each write answers a number, and each read that number with what was written. */
function answersVersions(history: History): boolean {
  const { count, f, outcome, output, input } = history.operations;
  const readId = history.functionId('read');
  let versions = 0;
  for (let each = 0; each < count; each += 1) {
    if (outcome[each] !== typeCode.ok) continue;
    const value = history.values.value(output[each] ?? -1) ?? null;
    if (f[each] !== readId) {
      if (typeof value !== 'number' || output[each] === input[each]) return false;
    } else if (value !== null) {
      if (!isArray(value) || value.length !== 2 || typeof value[0] !== 'number') return false;
      versions += 1;
    }
  }
  return versions > 0;
}

function shapeOf(value: Json): Row['reads'] | undefined {
  if (isArray(value)) return 'list';
  if (typeof value === 'number') return 'number';
  return isObject(value) ? 'object' : undefined;
}

/** Whether the transactions send and poll. */
function hasLogSteps(history: History): boolean {
  const { count, input } = history.operations;
  for (let each = 0; each < count; each += 1) {
    const value = history.values.value(input[each] ?? -1);
    for (const step of isArray(value ?? null) ? (value as readonly Json[]) : []) {
      if (!isArray(step)) continue;
      if (step[0] === 'send' || step[0] === 'poll') return true;
      // Logs have no such steps, and a history of a million transactions would be gone through.
      if (step[0] === 'append' || step[0] === 'w') return false;
    }
  }
  return false;
}
