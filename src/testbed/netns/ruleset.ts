/**
 * From rules about links to a rule set of nftables. Always the whole set, in one transaction:
 * so nothing can be left over, and there is no moment in which only half of it holds.
 *
 * Node i hangs on port `v<i>` of the bridge, so that a link is a pair of ports; whatever
 * travels on it, IPv6 and broadcasts included, is told by that. ARP always passes: a
 * partition is no reason to forget who is there, and forgetting would slow down the healing.
 */
import { unreachable } from '../../base/assert.ts';
import type { LinkEffect } from '../../fault/fault.ts';
import type { RuledLink } from '../network/link-rules.ts';

/** Name of the bridge's port for the node with this index. */
export function portOf(index: number): string {
  return `v${index + 1}`;
}

/** IPv4 address of the node with this index. */
export function addressOf(index: number): string {
  // Up to 200 nodes: one subnet of a sandbox that has no other.
  return `10.55.0.${index + 1}`;
}

/** The address of dsx itself, and so of all clients. */
export const clientAddress = '10.55.0.254';

/** The device through which packets take the detour. */
export const detourDevice = 'dsxdetour';

/** Effects that need packets to be held back. */
const detoured: ReadonlySet<LinkEffect['kind']> = new Set(['delay', 'reorder', 'bandwidth']);

/** True if the packets of the link must be held back; those of a cut link need not. */
export function isDetoured(link: RuledLink): boolean {
  return !isCut(link) && link.effects.some(({ kind }) => detoured.has(kind));
}

/** Chances are drawn in this many parts. */
const parts = 1_000_000;

/** Byte offsets into what TCP or UDP carries at which a packet may be corrupted. */
export const corruptedBytes: readonly number[] = [0, 8, 16, 24];

/** The text for `nft -f -`. */
export function ruleset(links: readonly RuledLink[]): string {
  const cut = links.filter(isCut);
  const harmed = links.filter((link) => !isCut(link));
  const chains = harmed.map((link) => ({ link, rules: link.effects.flatMap(rulesOf) }));
  const active = chains.filter(({ rules }) => rules.length > 0);
  return [
    // Created first, so that deleting it is no error when it was not there.
    'table bridge dsx',
    'delete table bridge dsx',
    'table netdev dsx',
    'delete table netdev dsx',
    'table bridge dsx {',
    ' set cut {',
    '  type ifname . ifname',
    ...elements(cut.map(pairOf)),
    ' }',
    ' map harmed {',
    '  type ifname . ifname : verdict',
    ...elements(active.map(({ link }) => `${pairOf(link)} : jump ${chainOf(link)}`)),
    ' }',
    // Back from the detour a packet comes from there, and only its addresses tell the link.
    ' map harmed_late {',
    '  type ipv4_addr . ipv4_addr : verdict',
    ...elements(
      active
        .filter(({ link }) => isDetoured(link))
        .map(({ link }) => `${addressesOf(link)} : jump ${chainOf(link)}`),
    ),
    ' }',
    ...corruptedBytes.flatMap((byte, i) => [
      ` chain corrupt${i} {`,
      `  @ih,${8 * byte},8 set 0x5a`,
      ' }',
    ]),
    ...active.flatMap(({ link, rules }) => [
      ` chain ${chainOf(link)} {`,
      ...rules.map((rule) => `  ${rule}`),
      ' }',
    ]),
    ' chain links {',
    '  type filter hook forward priority 0; policy accept',
    '  ether type arp accept',
    '  iifname . oifname @cut counter drop',
    '  iifname . oifname vmap @harmed',
    `  iifname "${detourDevice}" ip saddr . ip daddr vmap @harmed_late`,
    ' }',
    '}',
    ...netdevTable([...detours(harmed.filter(isDetoured)), ...duplication(harmed)]),
    '',
  ].join('\n');
}

function isCut(link: RuledLink): boolean {
  return link.effects.some((effect) => effect.kind === 'drop');
}

function pairOf({ from, to }: RuledLink): string {
  return `"${portOf(from)}" . "${portOf(to)}"`;
}

function addressesOf({ from, to }: RuledLink): string {
  return `${addressOf(from)} . ${addressOf(to)}`;
}

function chainOf({ from, to }: RuledLink): string {
  return `link_${from + 1}_${to + 1}`;
}

function elements(list: readonly string[]): string[] {
  return list.length === 0 ? [] : [`  elements = { ${list.join(', ')} }`];
}

/** Rules of the bridge for one effect; what is done elsewhere has none. */
function rulesOf(effect: LinkEffect): readonly string[] {
  switch (effect.kind) {
    case 'loss':
      return [`${chance(effect.probability)} drop`];
    case 'corrupt': {
      const cases = corruptedBytes.map((_, i) => `${i} : jump corrupt${i}`).join(', ');
      const draw = `numgen random mod ${corruptedBytes.length} vmap { ${cases} }`;
      return [`meta l4proto { tcp, udp } ${chance(effect.probability)} ${draw}`];
    }
    case 'drop':
    case 'duplicate':
    case 'delay':
    case 'reorder':
    case 'bandwidth':
    case 'slice':
    case 'reset':
      return [];
    default:
      return unreachable(effect, 'link effect');
  }
}

/** Rules of one device, at its way in or out. */
interface DeviceRule {
  readonly hook: 'ingress' | 'egress';
  /** Index of the node that hangs on the device. */
  readonly node: number;
  readonly text: string;
}

/** Packets of slow links leave the bridge where they come in. */
function detours(links: readonly RuledLink[]): DeviceRule[] {
  return links.map(({ from, to }) => ({
    hook: 'ingress',
    node: from,
    text: `ip daddr ${addressOf(to)} fwd to "${detourDevice}"`,
  }));
}

/** Copies are made where packets leave for their receiver, behind all that may drop them. */
function duplication(links: readonly RuledLink[]): DeviceRule[] {
  return links.flatMap(({ from, to, effects }) =>
    effects.flatMap((effect): DeviceRule[] => {
      if (effect.kind !== 'duplicate') return [];
      const text = `ip saddr ${addressOf(from)} ${chance(effect.probability)} dup to "${portOf(to)}"`;
      return [{ hook: 'egress', node: to, text }];
    }),
  );
}

function netdevTable(rules: readonly DeviceRule[]): string[] {
  if (rules.length === 0) return [];
  const chains = [...new Set(rules.map(({ hook, node }) => `${hook} ${node}`))].map((key) => {
    const own = rules.filter(({ hook, node }) => `${hook} ${node}` === key);
    const { hook = 'ingress', node = 0 } = own[0] ?? {};
    return [
      ` chain ${hook}_${node + 1} {`,
      `  type filter hook ${hook} device "${portOf(node)}" priority 0; policy accept`,
      ...own.map(({ text }) => `  ${text}`),
      ' }',
    ];
  });
  return ['table netdev dsx {', ...chains.flat(), '}'];
}

function chance(probability: number): string {
  const limit = Math.round(probability * parts);
  // nft refuses a comparison that always holds.
  return limit === parts ? '' : `numgen random mod ${parts} < ${limit}`;
}
