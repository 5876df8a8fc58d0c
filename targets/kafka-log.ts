/** Logs in the manner of Kafka, kept in a linearizable store that all nodes share. */
import { nodeScript, type Target } from '../src/sdk.ts';

export default {
  name: 'kafka-log',
  summary: 'logs of messages over the service lin-kv; each place of a log is written once',
  testbed: 'stdio',
  nodeCount: 5,
  objects: ['kafka'],
  survives: ['partition', 'kill', 'pause', 'packet', 'clock'],
  reportsPrimary: false,
  variants: [
    { name: 'write-once', summary: 'a message takes the first place that its cas finds empty' },
    {
      name: 'offset-reuse',
      summary: 'looks whether a place is empty, and then writes it',
      broken: {
        mistake: 'two messages take one place, and the first is lost',
        shownBy: { workload: 'kafka', nemesis: 'none' },
      },
    },
    {
      name: 'early-ack',
      summary: 'takes a number for a message, confirms it, and writes it a second later',
      broken: {
        mistake: 'a node that is killed takes confirmed messages with it',
        shownBy: { workload: 'kafka', nemesis: 'kill' },
      },
    },
    {
      name: 'skips-gaps',
      summary: 'takes a number, then writes; polls show what is there, past what is not yet',
      broken: {
        mistake: 'a consumer goes past a message that is still being written, and never sees it',
        // Few logs, many messages at once, and links that overtake each other: some messages are
        // still on their way when later ones of the same log are there to be polled.
        shownBy: {
          workload: 'kafka',
          nemesis: 'none',
          further: [
            ...['--rate', '500', '--concurrency', '4n', '--latency', '10'],
            ...['--latency-dist', 'exponential', '--option', 'key-count=4'],
          ],
        },
      },
    },
    {
      name: 'forgets-commits',
      summary: 'keeps committed offsets in the memory of the node that confirmed them',
      broken: {
        mistake: 'a consumer is told of less than was committed, and starts over',
        shownBy: { workload: 'kafka', nemesis: 'kill' },
      },
    },
  ],
  program: (variant) => nodeScript(import.meta.url, './kafka-log/node', ['--variant', variant]),
} satisfies Target;
