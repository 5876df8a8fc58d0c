/**
 * Mosquitto, an MQTT broker. One alone, or several: then the others are bridges to the first,
 * which has the consumer of the queues. What an error means is in the tables of
 * `src/client/mqtt/queue.ts` and `retained.ts`.
 */
import {
  MqttConnection,
  MqttConsumer,
  type MqttManners,
  MqttSession,
  mqttPort,
  mqttQueue,
  mqttRegister,
  mqttSet,
  type NodePlace,
  type ServerSite,
  type ServerTarget,
} from '../src/sdk.ts';

const program = '/usr/sbin/mosquitto';

function mannersOf(variant: string): MqttManners {
  if (variant === 'exactly-once') return { qos: 2, retries: true };
  return { qos: variant === 'at-most-once' ? 0 : 1, retries: variant === 'at-least-once' };
}

/** Saved after every change, unless it is as the package has it: every half an hour. */
function saving(variant: string): readonly string[] {
  return variant === 'saved-seldom' ? [] : ['autosave_interval 1', 'autosave_on_changes true'];
}

/** What a broker without limits may hold for who is away; the package has 1000. */
function limits(variant: string): readonly string[] {
  return variant === 'short-queue' ? [] : ['max_queued_messages 0'];
}

function bridge({ node, index, peers, variant }: ServerSite): readonly string[] {
  const [first] = peers;
  if (index === 0 || first === undefined) return [];
  const { qos } = mannersOf(variant);
  return [
    `connection ${node}`,
    `address ${first.address}:${mqttPort}`,
    `remote_clientid bridge-${node}`,
    ...['cleansession false', 'notifications false', 'restart_timeout 1', 'keepalive_interval 5'],
    ...[`topic jobs/# out ${qos}`, `topic probes/# out ${qos === 2 ? 2 : 1}`],
    ...['topic registers/# both 1', 'topic members/# both 1'],
  ];
}

function configuration(site: ServerSite): string {
  return [
    `listener ${mqttPort} ${site.address}`,
    ...['allow_anonymous true', 'user root', 'log_dest stderr', 'connection_messages false'],
    ...['log_type error', 'log_type warning', 'log_type notice', 'sys_interval 0'],
    ...['persistence true', `persistence_location ${site.dataFolder}/`],
    'max_inflight_messages 0',
    ...saving(site.variant),
    ...limits(site.variant),
    ...bridge(site),
    '',
  ].join('\n');
}

/** Of a run: what is not there when a message comes misses it. */
const consumers = new WeakMap<readonly NodePlace[], MqttConsumer>();

function consumerOf(places: readonly NodePlace[], variant: string): MqttConsumer {
  const present = consumers.get(places);
  if (present !== undefined) return present;
  const [first, ...others] = places;
  if (first === undefined) throw new Error('there is no node');
  const { qos } = mannersOf(variant);
  const consumer = new MqttConsumer(first, others, qos === 2 ? 2 : 1);
  consumers.set(places, consumer);
  return consumer;
}

const whenKilled = { workload: 'queue', nemesis: 'kill', further: ['--nemesis-interval', '3'] };

export default {
  name: 'mosquitto',
  summary: 'Mosquitto, an MQTT broker; several are bridged to the first',
  testbed: 'netns',
  nodeCount: 1,
  objects: ['queue', 'register', 'set'],
  survives: ['pause'],
  reportsPrimary: false,
  // A bridge that was cut off notices within seven seconds, and connects again.
  recoverySeconds: 6,
  // Retained messages are written, and never compared.
  defaults: { cas: 'no' },
  variants: [
    {
      name: 'exactly-once',
      summary: 'QoS 2, sent again until it is answered; the broker saves after every change',
    },
    {
      name: 'at-least-once',
      summary: 'QoS 1, sent again until it is answered',
      broken: {
        mistake: 'a message comes twice whose acknowledgement was late',
        shownBy: {
          workload: 'queue',
          nemesis: 'pause',
          further: ['--option', 'delivery=immediate', '--nemesis-interval', '2'],
        },
      },
    },
    {
      name: 'saved-seldom',
      summary: 'QoS 1, and the broker saves every half an hour, as it does unless asked',
      broken: {
        mistake: 'a crash loses messages, subscriptions and retained messages acknowledged',
        shownBy: whenKilled,
      },
    },
    {
      name: 'at-most-once',
      summary: 'QoS 0: a message counts as sent when it was written to the connection',
      broken: { mistake: 'nobody hears of messages that no broker got', shownBy: whenKilled },
    },
    {
      name: 'short-queue',
      summary: 'QoS 1, and a broker keeps 1000 messages for who is away, as it does unless asked',
      broken: {
        mistake: 'a bridge that is cut off drops what it acknowledged beyond that',
        shownBy: {
          workload: 'queue',
          nemesis: 'partition',
          further: [
            ...['--node-count', '2', '--concurrency', '32', '--rate', '1000'],
            ...['--nemesis-interval', '14', '--time-limit', '30'],
          ],
        },
      },
    },
  ],
  commands: [{ command: program, debianPackage: 'mosquitto' }],
  version: ['dpkg-query', '--show', 'mosquitto'],

  server: (site) => ({
    program: { command: program, args: ['-c', 'mosquitto.conf'], env: {} },
    files: { 'mosquitto.conf': configuration(site) },
  }),

  async up(place, signal) {
    const session = new MqttSession(`dsx-looks-${place.node}`);
    (await MqttConnection.open(place, session, { cleanSession: true }, signal)).close();
  },

  async formed(places, signal, variant) {
    await consumerOf(places, variant).begin(signal);
  },

  clients: {
    queue: async (place) =>
      mqttQueue(place, consumerOf(place.places, place.variant), mannersOf(place.variant)),
    register: async (place) => mqttRegister(place),
    set: async (place) => mqttSet(place),
  },
} satisfies ServerTarget;
