/**
 * A key-value store on one node: the first of the cluster owns the data, the others pass
 * requests on to it. Consistent by construction, and gone when that node is.
 */
import { errorCode, Forwarder, integerField, KeyValueMap, RpcError } from '../../src/node/node.js';

const requestTimeoutMs = 800;
const fileName = 'commands';
/** When the log is replaced by what it amounts to. */
const commandsMax = 10_000;
/** The program of a node. */
export function single(context) {
  const owner = context.nodeIds[0] ?? context.nodeId;
  const carryOut = owner === context.nodeId ? own(context) : passOn(context, owner);
  for (const type of ['read', 'write', 'cas'])
    context.serve(type, (request) => carryOut(request.body));
  context.status(() => ({ role: owner === context.nodeId ? 'primary' : 'backup' }));
}
function own(context) {
  const store = new DurableMap(context);
  const carryOut = (request) => store.carryOut(request);
  // An epoch is one life of this process: what was sent to another life is not carried out.
  const epoch = context.nextId();
  new Forwarder(context, { timeoutMs: requestTimeoutMs, inCharge: () => epoch, carryOut });
  context.serve('epoch', () => ({ type: 'epoch_ok', epoch }));
  return carryOut;
}
function passOn(context, owner) {
  const forwarder = new Forwarder(context, {
    timeoutMs: requestTimeoutMs,
    inCharge: () => undefined,
    carryOut: () => Promise.reject(new RpcError(errorCode.abort, 'this node owns nothing')),
  });
  let epoch;
  return async (request) => {
    epoch ??= await learnEpoch(context, owner);
    try {
      return await forwarder.forward(owner, epoch, request);
    } catch (error) {
      // Perhaps it lives another life by now.
      if (error instanceof RpcError && error.code === errorCode.timeout) epoch = undefined;
      throw error;
    }
  };
}
async function learnEpoch(context, owner) {
  try {
    return integerField(await context.rpc(owner, { type: 'epoch' }, requestTimeoutMs), 'epoch');
  } catch {
    // Definite: the request itself was not sent.
    throw new RpcError(errorCode.temporarilyUnavailable, `${owner}, which owns the data, is away`);
  }
}
/** A map whose every answer rests on what is on the disk. */
class DurableMap {
  #context;
  #map = new KeyValueMap();
  #commandCount = 0;
  constructor(context) {
    this.#context = context;
    for (const line of context.storage.readLog(fileName)) this.#replay(JSON.parse(line));
  }
  async carryOut(request) {
    try {
      const reply = this.#map.apply(request);
      if (request.type !== 'read') this.#record(request);
      return reply;
    } finally {
      // Reads and refusals too: they may show what another client's write just changed.
      await this.#context.storage.sync();
    }
  }
  #record(request) {
    const { storage } = this.#context;
    this.#commandCount += 1;
    if (this.#commandCount < commandsMax) {
      storage.append(fileName, JSON.stringify(request));
      return;
    }
    this.#commandCount = 0;
    const state = this.#map.dump();
    storage.rewrite(fileName, [JSON.stringify({ type: 'state', state })]);
  }
  #replay(command) {
    this.#commandCount += 1;
    if (command.type === 'state') this.#map.load(command['state'] ?? []);
    else this.#map.apply(command);
  }
}
