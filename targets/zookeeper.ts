/**
 * ZooKeeper 3: a replicated tree of small nodes. Writes go through the leader; a server answers
 * reads from what it has itself, which may be old, unless its client sees to it. What an error
 * means is in the tables of the clients (`src/client/zookeeper/`).
 */
import {
  acceptsConnections,
  askWord,
  type NodePlace,
  type ServerSite,
  type ServerTarget,
  zookeeperRegister,
  zookeeperSet,
} from '../src/sdk.ts';

const clientPort = 2181;
const jar = '/usr/share/java/zookeeper.jar';

function config({ address, peers }: ServerSite): string {
  return [
    ...['tickTime=500', 'initLimit=10', 'syncLimit=4', 'dataDir=data', 'maxClientCnxns=0'],
    ...[`clientPort=${clientPort}`, `clientPortAddress=${address}`],
    ...['admin.enableServer=false', '4lw.commands.whitelist=*'],
    ...peers.map((peer) => `server.${peer.index + 1}=${peer.address}:2888:3888`),
    '',
  ].join('\n');
}

async function modeOf({ address }: NodePlace, signal: AbortSignal): Promise<string> {
  const said = await askWord(address, 'srvr', signal);
  return /^Mode: (\w+)/m.exec(said)?.[1] ?? (said.trim() || 'silence');
}

function careful({ variant }: { readonly variant: string }): boolean {
  return variant !== 'stale-reads';
}

export default {
  name: 'zookeeper',
  summary: 'ZooKeeper 3: a replicated tree of small nodes',
  testbed: 'netns',
  nodeCount: 3,
  objects: ['register', 'set'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: true,
  recoverySeconds: 4,
  variants: [
    {
      name: 'correct',
      summary: 'a read comes after a write of its own, which a quorum confirms: linearizable',
    },
    {
      name: 'stale-reads',
      summary: 'each server answers reads from what it has itself, as ZooKeeper does unless asked',
      broken: {
        mistake: 'a server that is behind, or cut off, answers reads from the past',
        shownBy: { workload: 'register', nemesis: 'partition' },
      },
    },
  ],
  commands: [
    { command: 'java', debianPackage: 'default-jre-headless' },
    { command: jar, debianPackage: 'libzookeeper-java', kind: 'file' },
  ],
  version: ['dpkg-query', '--show', 'libzookeeper-java'],

  server(site) {
    const flags = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto'];
    const logging = '-Dzookeeper.root.logger=WARN,CONSOLE';
    const main = 'org.apache.zookeeper.server.quorum.QuorumPeerMain';
    const classes = `/etc/zookeeper/conf:${jar}`;
    const args = [...flags, '-cp', classes, logging, main, 'zoo.cfg'];
    return {
      program: { command: 'java', args, env: {} },
      files: { 'zoo.cfg': config(site), 'data/myid': `${site.index + 1}\n` },
    };
  },

  up: ({ address }, signal) => acceptsConnections(address, clientPort, signal),

  async formed(places, signal) {
    await Promise.all(
      places.map(async (place) => {
        const mode = await modeOf(place, signal);
        if (mode !== 'leader' && mode !== 'follower')
          throw new Error(`${place.node} neither leads nor follows: ${mode}`);
      }),
    );
  },

  leads: async (place, signal) => (await modeOf(place, signal)) === 'leader',

  clients: {
    register: async (place) => zookeeperRegister(place, careful(place)),
    set: async (place) => zookeeperSet(place, careful(place)),
  },
} satisfies ServerTarget;
