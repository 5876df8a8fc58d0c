/**
 * A lock made of a queue of RabbitMQ with one message in it: whoever has taken it, and has not
 * acknowledged it, holds the lock; a release puts it back. Many have built locks so, and RabbitMQ
 * never promised that they hold (https://aphyr.com/posts/315-call-me-maybe-rabbitmq).
 *
 * | what happens | recorded as | because |
 * |---|---|---|
 * | no connection, no channel | fail | nothing was sent |
 * | the queue is empty | ok, false | somebody else holds the lock |
 * | no answer to an acquire, and the connection was closed | fail | the message goes back, with the lock |
 * | a release | ok | the message goes back, at the latest with the connection |
 *
 * Whoever loses its connection cannot know whether it still holds the lock: it goes on as if.
 */
import { assert } from '../../base/assert.ts';
import type { Client, ClientOp } from '../../contract/client.ts';
import type { ServerClientPlace } from '../../contract/target.ts';
import type { Outcome } from '../../history/event.ts';
import { type RabbitmqChannel, type RabbitmqMessage, rabbitmqClient } from './queue.ts';

export function rabbitmqLock(place: ServerClientPlace, queueOf: (key: string) => string): Client {
  let held: { readonly rabbit: RabbitmqChannel; readonly message: RabbitmqMessage } | undefined;
  const work = async (rabbit: RabbitmqChannel, { f, key = 0 }: ClientOp): Promise<Outcome> => {
    if (f === 'acquire') {
      const message = await rabbit.channel.get(queueOf(JSON.stringify(key)), { noAck: false });
      if (message === false) return { type: 'ok', value: false };
      held = { rabbit, message };
      return { type: 'ok', value: true };
    }
    assert(f === 'release', `a lock has no ${f}`);
    if (held === undefined)
      return { type: 'fail', error: ['not-held', 'this client holds no lock'] };
    const { rabbit: owner, message } = held;
    held = undefined;
    // With its connection the message has gone back by itself.
    if (!owner.isBroken) owner.channel.nack(message, false, true);
    return { type: 'ok', value: true };
  };
  return rabbitmqClient(place, work, ({ f }) => f === 'acquire');
}
