/** What errors of MySQL and MariaDB mean, and how the SQL clients spell their statements there. */
import { expect, test } from 'vitest';
import { isMysqlRefusal, mysqlDialect } from '../../src/client/sql/mysql.ts';

test.each([
  [1213, '40001', 'a deadlock, or a conflict that Galera found'],
  [1205, 'HY000', 'a lock wait timeout'],
  [1020, 'HY000', 'a record that changed since the snapshot'],
  [1062, '23000', 'a duplicate key'],
  [1064, '42000', 'a syntax error'],
  [1406, '22001', 'data too long'],
  [1290, 'HY000', 'a server that is read-only'],
  [1792, '25006', 'a transaction that is read-only'],
])('%i (%s) is definite: %s', (errno, state) => {
  expect(isMysqlRefusal(errno, state, false)).toBe(true);
  expect(isMysqlRefusal(errno, state, true)).toBe(true);
});

test.each([
  [1180, 'HY000', 'an error during commit'],
  [1317, '70100', 'an interrupted query'],
  [1927, '70100', 'a killed connection'],
  [1053, '08S01', 'a shutdown'],
  [1105, 'HY000', 'an unknown error'],
])('%i (%s) says nothing about its statement: %s', (errno, state) => {
  expect(isMysqlRefusal(errno, state, false)).toBe(false);
  expect(isMysqlRefusal(errno, state, true)).toBe(false);
});

test('a node outside its cluster refuses a statement before it runs it, but a COMMIT is in doubt', () => {
  expect(isMysqlRefusal(1047, '08S01', false)).toBe(true);
  expect(isMysqlRefusal(1047, '08S01', true)).toBe(false);
});

test('an upsert updates from the old value and the one given', () => {
  const { upsert, joined } = mysqlDialect;
  expect(upsert('lists', 'val', joined)).toBe(
    "ON DUPLICATE KEY UPDATE val = CONCAT(lists.val, ',', VALUES(val))",
  );
});
