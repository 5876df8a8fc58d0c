/** What becomes of a message for RabbitMQ, and what that says about an enqueue. */
import { expect, test } from 'vitest';
import { enqueueOutcome } from '../../src/client/rabbitmq/queue.ts';

test.each([
  ['confirmed', 'ok'],
  ['unroutable', 'fail'],
  ['rejected', 'info'],
] as const)('a message that is %s is an enqueue that is %s', (fate, type) => {
  expect(enqueueOutcome(fate, 7).type).toBe(type);
});
