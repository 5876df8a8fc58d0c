/** A node that answers what it was sent, after a moment of work. */
import { anyField, variantOf } from '../../src/node/node.js';

const workMs = 20;
/** The program of a node. */
export function echo(context) {
  const variant = variantOf(context, ['correct', 'shared-buffer']);
  let buffer = null;
  context.on('echo', (request) => {
    const payload = anyField(request.body, 'echo');
    buffer = payload;
    context.setTimer(workMs, () => {
      const answer = variant === 'correct' ? payload : buffer;
      context.reply(request, { type: 'echo_ok', echo: answer });
    });
  });
}
