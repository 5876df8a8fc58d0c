/** What a model promises, in one sentence for whoever opens a report. */

const promises: Readonly<Record<string, string>> = {
  linearizable:
    'every operation takes effect at one moment between its call and its return, so a read that begins after a write has returned sees that write or a newer one',
  sequential:
    'all operations happen in one order, in which each process sees its own in the order in which it made them',
  causal: 'nobody sees an effect without all that came before it for whoever made it',
  'causal-convergence': 'effects are seen after their causes, and all copies end up the same',
  'causal-memory': 'each process sees operations in an order that keeps causes before effects',
  pram: 'everybody sees the writes of each process in the order in which it made them',
  regular:
    'a read returns the newest write that had returned before it began, or one that overlaps it',
  safe: 'a read that overlaps no write returns the newest one',
  'monotonic-reads': 'what a process has seen is not unseen by its later reads',
  'monotonic-realtime': 'what anybody has seen is not unseen by reads that begin later',
  'strict-serializable':
    'transactions happen as if one after the other, in an order that real time allows',
  serializable: 'transactions happen as if one after the other, in some order',
  'strong-session-serializable':
    'transactions happen as if one after the other, those of each process in its own order',
  'snapshot-isolation':
    'each transaction reads one snapshot, and of two that write the same thing at once only one commits',
  'strong-snapshot-isolation':
    'each transaction reads one snapshot, no older than its own beginning, and of two that write the same thing at once only one commits',
  'repeatable-read': 'as if one after the other, as far as single items go',
  'read-atomic': 'of each transaction others see everything or nothing',
  'read-committed': 'nobody reads what was never committed, or only half written',
  'read-uncommitted': 'writes of different transactions are not interleaved',
  eventual: 'when the faults are over and time has passed, all copies are the same',
  'eventual-consistency':
    'when the faults are over and time has passed, everything acknowledged is there, on every node',
  'total-queue': 'every acknowledged element comes out, and nothing else does',
  'fifo-queue': 'elements come out once each, in the order in which they went in',
  'unordered-queue': 'elements come out once each, and only those that went in',
  lock: 'a lock is held by one holder at a time, and fencing tokens only grow',
  mutex: 'a lock is held by one holder at a time',
  'fenced-mutex': 'a lock is held by one holder at a time, and each gets a greater token',
  'leader-election': 'at most one node leads in each term, and in the end one does',
  kafka: 'each message keeps one offset, and consumers get all of them in order',
  watch: 'each watcher gets every change once, in order',
  'unique-ids': 'no id is handed out twice',
  echo: 'each answer carries what was sent',
};

/** Without a full stop; undefined of a model that is not known here. */
export function promiseOf(model: string): string | undefined {
  return promises[model.split(':', 1)[0] ?? ''];
}
