/** Whether what one broker has taken has come to another: a message of its own behind all others. */
import type { NodePlace } from '../../contract/target.ts';
import { MqttConnection, MqttSession } from './connection.ts';

let lastProbe = 0;
const looksMax = 6;
const lookEveryMs = 20;

/**
 * Resolves when a message published on `from` now has come to `to`: a bridge keeps the order, so
 * what `from` had acknowledged before has come too. @throws Error if it does not come soon
 */
export async function bridgeDelivers(
  from: NodePlace,
  to: NodePlace,
  qos: 1 | 2,
  signal: AbortSignal,
): Promise<void> {
  lastProbe += 1;
  const topic = `probes/${from.node}`;
  const payload = String(lastProbe);
  const come = new Set<string>();
  const options = {
    cleanSession: true,
    received: (message: { readonly payload: string }): void => void come.add(message.payload),
  };
  const listening = new MqttSession(`dsx-listens-${payload}`);
  const listener = await MqttConnection.open(to, listening, options, signal);
  try {
    await listener.subscribe(topic, 0, signal);
    await publishProbe(from, { topic, payload, qos }, signal);
    for (let i = 0; i < looksMax && !come.has(payload); i += 1) {
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
      await listener.ping(signal);
    }
    if (!come.has(payload))
      throw new Error(`the bridge from ${from.node} to ${to.node} does not deliver`);
  } finally {
    listener.close();
  }
}

async function publishProbe(
  place: NodePlace,
  message: { readonly topic: string; readonly payload: string; readonly qos: 1 | 2 },
  signal: AbortSignal,
): Promise<void> {
  const session = new MqttSession(`dsx-probes-${message.payload}`);
  const prober = await MqttConnection.open(place, session, { cleanSession: true }, signal);
  try {
    const id = session.nextId();
    await prober.publish({ ...message, id, retain: false, isAgain: false }, signal);
  } finally {
    prober.close();
  }
}
