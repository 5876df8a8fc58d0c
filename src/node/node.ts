/**
 * The SDK for writing nodes: `dsx/node`. It imports nothing else of dsx.
 *
 *     runNode((node) => {
 *       node.serve('echo', (request) => ({ type: 'echo_ok', echo: request.body['echo'] ?? null }));
 *     });
 */
export type {
  Body,
  Json,
  Message,
  NodeContext,
  NodeProgram,
  NodeStatus,
  Storage,
  Timer,
} from './context.ts';
export { Endpoint, type EndpointHost } from './endpoint.ts';
export {
  anyField,
  bodyField,
  booleanField,
  integerField,
  isList,
  listField,
  textField,
  withoutId,
} from './fields.ts';
export { Forwarder, type ForwarderOptions } from './forwarder.ts';
export { KeyValueMap, keyText, sameJson } from './key-value.ts';
export { runNode } from './process-host.ts';
export { errorCode, RpcError } from './rpc-error.ts';
export { variantOf } from './variant.ts';
