/** What Patroni says of its cluster. */
import { expect, test } from 'vitest';
import { patroniLack } from '../../src/client/patroni.ts';

const member = (name: string, role: string, state: string) => ({ name, role, state });
const leader = member('n1', 'leader', 'running');
const replica = member('n2', 'replica', 'streaming');
const synchronous = member('n2', 'sync_standby', 'running');

test.each([
  [[leader, replica], false, undefined],
  [[leader, synchronous], true, undefined],
  [[leader, replica], true, 'there is no synchronous standby'],
  [[member('n1', 'replica', 'running'), replica], false, 'there is no leader'],
  [[leader, member('n2', 'replica', 'creating replica')], false, /^1 of 2 members run: .*creating/],
  [[leader], false, '1 of 2 members run: n1 (leader) running'],
] as const)('of %j, synchronous %j: %s', (members, needsSynchronous, lack) => {
  const found = patroniLack({ members: [...members] }, 2, needsSynchronous);
  if (lack instanceof RegExp) expect(found).toMatch(lack);
  else expect(found).toBe(lack);
});

test('an answer without members lacks all of them', () => {
  expect(patroniLack({ detail: 'no' }, 3, false)).toMatch(/^0 of 3/);
});
