/** The parts of the testbed loopback that need no network. */
import { describe, expect, test } from 'vitest';
import { prng, Random } from '../../src/base/prng.ts';
import {
  addressBlock,
  nodeAt,
  nodesMax,
  peerAddress,
  serverAddress,
} from '../../src/testbed/loopback/addresses.ts';
import { socketOf } from '../../src/testbed/loopback/connection-owner.ts';
import { DirectedLink, retransmissionMs } from '../../src/testbed/loopback/link.ts';

describe('addresses of a run', () => {
  test('are all different, and only the own ones of nodes name a node', () => {
    const block = addressBlock(4321, 0);
    const indices = Array.from({ length: nodesMax }, (_, index) => index);
    const own = indices.map((index) => serverAddress(block, index));
    const peers = indices.map((index) => peerAddress(block, index));
    expect(new Set([...own, ...peers]).size).toBe(2 * nodesMax);
    expect(own.map((address) => nodeAt(block, address))).toEqual(indices);
    for (const address of [...peers, '127.0.0.1', '10.0.0.1'])
      expect(nodeAt(block, address)).toBeUndefined();
  });

  test('differ between runs of one process, and between processes', () => {
    const blocks = [0, 1, 2].flatMap((attempt) =>
      [1, 2, 70_000, 4_194_304].map((pid) => addressBlock(pid, attempt).prefix),
    );
    expect(new Set(blocks).size).toBe(blocks.length);
    for (const prefix of blocks)
      expect(prefix).toMatch(/^127\.([1-9]\d?|1\d\d|2[0-4]\d|25[0-4])\.\d+$/);
  });
});

describe('the socket of a connection', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0',
    '   1: 0102037F:1F90 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0',
    '   2: 0100007F:C001 0102037F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 333 1 0',
    '',
  ].join('\n');
  const ends = {
    localAddress: '127.0.0.1',
    localPort: 0xc001,
    remoteAddress: '127.3.2.1',
    remotePort: 0x1f90,
  };

  test('is that of the end which was asked for, not of the other end', () => {
    expect(socketOf(ends, table)).toBe('333');
    const turned = {
      localAddress: ends.remoteAddress,
      localPort: ends.remotePort,
      remoteAddress: ends.localAddress,
      remotePort: ends.localPort,
    };
    expect(socketOf(turned, table)).toBe('222');
  });

  test('is unknown when the connection is gone', () => {
    expect(socketOf({ ...ends, localPort: 0xc002 }, table)).toBeUndefined();
  });
});

describe('a link', () => {
  const random = new Random(prng(3));
  const linkWith = (...effects: DirectedLink['effects']): DirectedLink => {
    const link = new DirectedLink();
    link.effects = effects;
    return link;
  };

  test('is cut by a drop, whatever else is on it', () => {
    const link = linkWith({ kind: 'delay', meanMs: 5, jitterMs: 0 }, { kind: 'drop' });
    expect(link.isCut).toBe(true);
    link.effects = [];
    expect(link.isCut).toBe(false);
  });

  test('adds up delays and the time that bytes take on a narrow line', () => {
    const link = linkWith(
      { kind: 'delay', meanMs: 5, jitterMs: 0 },
      { kind: 'delay', meanMs: 7, jitterMs: 0 },
      { kind: 'bandwidth', kilobitsPerSecond: 80 },
    );
    expect(link.fateOf(100, random)).toMatchObject({ extraMs: 12, lineMs: 10, isReset: false });
  });

  test('turns a lost packet into one that was sent again', () => {
    const link = linkWith({ kind: 'loss', probability: 0.3 });
    const late = Array.from({ length: 2_000 }, () => link.fateOf(10, random).extraMs);
    const [once, never] = [late.filter((ms) => ms > 0), late.filter((ms) => ms === 0)];
    // Five standard deviations of 2,000 draws at 0.3.
    expect(Math.abs(once.length - 600)).toBeLessThan(103);
    expect(never.length + once.length).toBe(2_000);
    expect(Math.min(...once)).toBe(retransmissionMs);
    expect(once).toContain(3 * retransmissionMs);
  });

  test('tells those who watch it of each change, and nobody else', () => {
    const link = new DirectedLink();
    let count = 0;
    const unwatch = link.watch(() => {
      count += 1;
    });
    link.effects = [{ kind: 'drop' }];
    link.effects = [];
    unwatch();
    link.effects = [{ kind: 'drop' }];
    expect(count).toBe(2);
  });
});
