/** A node that answers what it was sent, after a moment of work. */
import { anyField, type Json, type NodeContext, variantOf } from '../../src/node/node.ts';

const workMs = 20;

/** The program of a node. */
export function echo(context: NodeContext): void {
  const variant = variantOf(context, ['correct', 'shared-buffer', 'coarse-cache']);
  let buffer: Json = null;
  const cache = new Map<number, Json>();
  const remembered = (payload: Json): Json => {
    const key = JSON.stringify(payload).length;
    const known = cache.get(key) ?? payload;
    cache.set(key, known);
    return known;
  };
  context.on('echo', (request) => {
    const payload = anyField(request.body, 'echo');
    buffer = payload;
    context.setTimer(workMs, () => {
      const answers = {
        correct: () => payload,
        'shared-buffer': () => buffer,
        'coarse-cache': () => remembered(payload),
      };
      context.reply(request, { type: 'echo_ok', echo: answers[variant]() });
    });
  });
}
