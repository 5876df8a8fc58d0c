/** What a change of one owner's rules is said to have done, on links that others rule too. */
import { expect, test } from 'vitest';
import type { LinkRule } from '../../src/fault/fault.ts';
import { LinkRules, type LinkVerifier, seenOf } from '../../src/testbed/network/link-rules.ts';

const verifier: LinkVerifier = {
  rules: async (links) => `${links.length} ruled`,
  healed: async (links) => `${links.length} healed`,
};

function network() {
  const rules = new LinkRules(['n1', 'n2', 'n3']);
  const { signal } = new AbortController();
  return (owner: string, next: readonly LinkRule[]): Promise<string> =>
    rules.change({ owner, rules: next, obstacles: {}, signal }, async (change) =>
      seenOf(change, verifier),
    );
}

const cut = (from: string, to: string): LinkRule => ({ from, to, effect: { kind: 'drop' } });
const lossy = (from: string, to: string): LinkRule => ({
  ...{ from, to, effect: { kind: 'loss', probability: 0.5 } },
});

test('links that another fault still harms are told from those that deliver again', async () => {
  const shape = network();
  await shape('packet', [lossy('n1', 'n2')]);
  expect(await shape('partition', [cut('n1', 'n2'), cut('n2', 'n3')])).toBe('2 ruled');
  expect(await shape('partition', [])).toBe(
    '1 healed; 1 link given back, still harmed by another fault',
  );
  await shape('partition', [cut('n1', 'n2')]);
  expect(await shape('partition', [])).toBe('1 link given back, still harmed by another fault');
  expect(await shape('packet', [])).toBe('1 healed');
  expect(await shape('packet', [])).toBe('0 healed');
});

test('links that the same owner goes on harming are not given back', async () => {
  const shape = network();
  await shape('partition', [cut('n1', 'n2'), cut('n2', 'n3')]);
  expect(await shape('partition', [cut('n1', 'n2')])).toBe('1 ruled; 1 healed');
  expect(await shape('partition', [lossy('n1', 'n2')])).toBe('1 ruled');
});
