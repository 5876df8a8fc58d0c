/** The testbed loopback: links between processes that do not know of each other's proxies. */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LinkEffect, LinkRule } from '../../src/fault/fault.ts';
import { missingCommands } from '../../src/testbed/find-command.ts';
import {
  createLoopbackHosts,
  loopbackObstacle,
} from '../../src/testbed/loopback/loopback-hosts.ts';
import type { Hosts } from '../../src/testbed/server/hosts.ts';
import { CliFolder, nodesAlive } from '../support/cli.ts';

const obstacle = await loopbackObstacle();
const noEtcd = missingCommands([{ command: 'etcd', debianPackage: 'etcd-server' }]);
const nodes = ['n1', 'n2', 'n3'];
const port = 7_411;
const { signal } = new AbortController();

/** A program that connects where it is told and says back each line that it hears. */
const talker = `
const socket = require('node:net').connect(Number(process.argv[2]), process.argv[1]);
socket.on('data', (bytes) => process.stdout.write(bytes));
socket.on('close', () => process.stdout.write('closed\\n'));
socket.on('error', () => undefined);
process.stdin.on('data', (bytes) => socket.write(bytes));
`;

describe.skipIf(obstacle !== undefined)(
  `links${obstacle === undefined ? '' : ` (skipped: ${obstacle})`}`,
  () => {
    let hosts: Hosts;
    /** The server of each node: what it heard, and by whom it is held open. */
    const servers: { server: Server; heard: string; sockets: Socket[] }[] = [];
    const children = new Map<string, ChildProcess>();

    beforeAll(async () => {
      hosts = createLoopbackHosts({ nodes, peerPorts: [port], seed: 5, pid: process.pid });
      hosts.knowProcesses?.((node) => {
        const pid = children.get(node)?.pid;
        return pid === undefined ? [] : [pid];
      });
      await hosts.start();
      for (const node of nodes) {
        const own: (typeof servers)[number] = { server: createServer(), heard: '', sockets: [] };
        own.server.on('connection', (socket) => {
          own.sockets.push(socket);
          socket.on('error', () => undefined);
          socket.on('data', (bytes) => {
            own.heard += bytes.toString();
          });
        });
        servers.push(own);
        await new Promise<void>((resolve) => {
          own.server.listen({ host: hosts.addressOf(node), port }, resolve);
        });
      }
      await hosts.ready();
    });

    afterEach(async () => {
      await hosts.network.shape('test', [], signal);
      for (const child of children.values()) child.kill('SIGKILL');
      children.clear();
      for (const own of servers) own.heard = '';
    });

    afterAll(async () => {
      for (const { server, sockets } of servers) {
        for (const socket of sockets) socket.destroy();
        server.close();
      }
      await hosts.stop();
    });

    const rulesOf = (from: string, to: string, ...effects: LinkEffect[]): LinkRule[] =>
      effects.map((effect) => ({ from, to, effect }));

    /** A process of node `from` with a connection to `to` that was seen to carry bytes. */
    const talk = async (from: string, to: string): Promise<ChildProcess> => {
      const program = ['-e', talker, hosts.peerAddress(from, to), String(port)];
      const child = spawn(process.execPath, program, { stdio: ['pipe', 'pipe', 'inherit'] });
      children.set(from, child);
      child.stdin.write('hello\n');
      await heardBy(to, 'hello');
      return child;
    };

    const heardBy = async (node: string, text: string): Promise<void> => {
      await expect.poll(() => servers[nodes.indexOf(node)]?.heard).toContain(text);
    };

    test('a cut holds back what a process of the node sends, and healing lets it go on', async () => {
      const child = await talk('n1', 'n2');
      const said = await hosts.network.shape('test', rulesOf('n1', 'n2', { kind: 'drop' }), signal);
      expect(said).toBe('1 link seen to let nothing through');
      child.stdin?.write('secret\n');
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(servers[1]?.heard).toBe('hello\n');
      expect(await hosts.network.shape('test', [], signal)).toBe('1 link seen to deliver again');
      await heardBy('n2', 'secret');
    });

    test('a cut one way leaves the other way', async () => {
      const child = await talk('n1', 'n2');
      let back = '';
      child.stdout?.on('data', (bytes: Buffer) => {
        back += bytes.toString();
      });
      await hosts.network.shape('test', rulesOf('n1', 'n2', { kind: 'drop' }), signal);
      servers[1]?.sockets.at(-1)?.write('still here\n');
      await expect.poll(() => back).toContain('still here');
    });

    test('a cut does not concern other nodes, nor clients', async () => {
      const rules = [
        ...rulesOf('n1', 'n2', { kind: 'drop' }),
        ...rulesOf('n2', 'n1', { kind: 'drop' }),
      ];
      await hosts.network.shape('test', rules, signal);
      await talk('n3', 'n2');
      const client = connect({ host: hosts.addressOf('n2'), port });
      client.write('from a client\n');
      await heardBy('n2', 'from a client');
      client.destroy();
    });

    test('a connection begun during a cut comes about when it is healed', async () => {
      await hosts.network.shape('test', rulesOf('n2', 'n1', { kind: 'drop' }), signal);
      const talking = talk('n1', 'n2');
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(servers[1]?.heard).toBe('');
      await hosts.network.shape('test', [], signal);
      await talking;
    });

    test('the end of a process is not seen across a cut', async () => {
      const child = await talk('n1', 'n2');
      let isClosed = false;
      servers[1]?.sockets.at(-1)?.on('close', () => {
        isClosed = true;
      });
      await hosts.network.shape('test', rulesOf('n1', 'n2', { kind: 'drop' }), signal);
      child.kill('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(isClosed).toBe(false);
      await hosts.network.shape('test', [], signal);
      await expect.poll(() => isClosed).toBe(true);
    });

    test.each<[LinkEffect, RegExp]>([
      [{ kind: 'delay', meanMs: 60, jitterMs: 10 }, /delay: \d+.*ms late/],
      [{ kind: 'loss', probability: 0.5 }, /loss: sent again after/],
      [{ kind: 'bandwidth', kilobitsPerSecond: 100 }, /bandwidth: 1250 bytes took/],
      [{ kind: 'slice', bytes: 20 }, /slice: 80 bytes came in \d+ pieces/],
      [{ kind: 'reset', probability: 0.5 }, /reset: a connection broke/],
    ])('%o is seen to take hold, and to be gone', async (effect, evidence) => {
      const said = await hosts.network.shape('test', rulesOf('n3', 'n1', effect), signal);
      expect(said).toMatch(evidence);
      expect(await hosts.network.shape('test', [], signal)).toBe('1 link seen to deliver again');
    });

    test.each<LinkEffect>([
      { kind: 'duplicate', probability: 0.5 },
      { kind: 'reorder', probability: 0.5, delayMs: 5 },
      { kind: 'corrupt', probability: 0.5 },
    ])('%o is refused with the reason', async (effect) => {
      await expect(
        hosts.network.shape('test', rulesOf('n3', 'n1', effect), signal),
      ).rejects.toThrow(/TCP hides/);
    });

    test('healing the rules of one nemesis leaves those of another', async () => {
      await hosts.network.shape('other', rulesOf('n1', 'n2', { kind: 'drop' }), signal);
      await hosts.network.shape('test', rulesOf('n1', 'n2', { kind: 'drop' }), signal);
      expect(await hosts.network.shape('test', [], signal)).toBe(
        '1 link given back, still harmed by another fault',
      );
      expect(await hosts.network.shape('other', [], signal)).toBe('1 link seen to deliver again');
    });
  },
);

describe.skipIf(obstacle !== undefined || noEtcd !== undefined)(
  `etcd on loopback${noEtcd === undefined ? '' : ` (skipped: ${noEtcd.found}; ${noEtcd.advice})`}`,
  () => {
    let folder: CliFolder;
    beforeAll(() => {
      folder = new CliFolder();
    });
    afterAll(() => {
      folder.remove();
    });

    test('is linearizable under partitions, kills and bad links', async () => {
      const { exitCode, stdout } = await folder.run(
        ...['test', '--target', 'etcd', '--testbed', 'loopback', '--node-count', '3'],
        ...['--workload', 'register', '--nemesis', 'partition,packet', '--seed', '3'],
        ...['--nemesis-interval', '0.7', '--time-limit', '3', '--operation-timeout', '2'],
      );
      expect(stdout).toContain('valid');
      expect(exitCode).toBe(0);
      expect(nodesAlive(folder.path)).toEqual([]);
    });
  },
);
