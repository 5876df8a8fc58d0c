/** Hands out ids, without asking anybody. */
import { variantOf } from '../../src/node/node.js';
/** The program of a node. */
export function uniqueIds(context) {
  const variant = variantOf(context, ['flake', 'no-node', 'no-life', 'wall-clock']);
  const draw = { flake, 'no-node': noNode, 'no-life': noLife, 'wall-clock': wallClock }[variant];
  const next = draw(context);
  context.serve('generate', () => ({ type: 'generate_ok', id: next() }));
}
/**
 * The time comes first so that ids sort about as they were made. It may be wrong: what makes an
 * id unique are the node, its life and the sequence in that life.
 */
const flake = (context) => {
  const life = context.nextId();
  const next = counter();
  return () => `${context.wallMs()}-${context.nodeId}-${life}-${next()}`;
};
const noNode = () => counter();
const noLife = ({ nodeId }) => {
  const next = counter();
  return () => `${nodeId}-${next()}`;
};
const wallClock = (context) => {
  let lastMs = 0;
  let sequence = 0;
  return () => {
    const nowMs = context.wallMs();
    sequence = nowMs === lastMs ? sequence + 1 : 0;
    lastMs = nowMs;
    return `${nowMs}-${context.nodeId}-${sequence}`;
  };
};
function counter() {
  let last = 0;
  return () => {
    last += 1;
    return last;
  };
}
