/**
 * The replicated state of the target `lock`: who holds which lock, under which token; and for
 * each lock the resource that it guards, with the writes that it accepted.
 */
import {
  anyField,
  errorCode,
  integerField,
  isList,
  keyText,
  RpcError,
  textField,
} from '../../src/node/node.js';
export class LockTable {
  #mistakes;
  /** Lock (as JSON) → who holds it. */
  #grants = new Map();
  #resources = new Map();
  #lastToken = 0;
  constructor(mistakes) {
    this.#mistakes = mistakes;
  }
  /** Grants in force, by lock. */
  get grants() {
    return this.#grants;
  }
  apply(command) {
    const lock = keyText(anyField(command, 'lock'));
    switch (command.type) {
      case 'acquire':
        return this.#acquire(lock, command);
      case 'release':
        return this.#release(lock, command);
      case 'expire':
        if (this.#grants.get(lock)?.token === integerField(command, 'token'))
          this.#grants.delete(lock);
        return { type: 'expire_ok' };
      case 'write':
        return this.#write(lock, command);
      case 'read':
        return { type: 'read_ok', value: this.#resources.get(lock)?.accepted ?? [] };
      default:
        throw new RpcError(errorCode.notSupported, `a lock has no operation "${command.type}"`);
    }
  }
  dump() {
    const grants = [...this.#grants].map(([lock, { owner, token, leaseMs, endsWallMs }]) => [
      lock,
      owner,
      token,
      leaseMs,
      endsWallMs,
    ]);
    const resources = [...this.#resources].map(([lock, { accepted, newestToken }]) => [
      lock,
      newestToken,
      [...accepted],
    ]);
    return [this.#lastToken, grants, resources];
  }
  load(state) {
    const [lastToken, grants, resources] = state;
    this.#lastToken = lastToken;
    this.#grants = new Map(
      grants.map(([lock, owner, token, leaseMs, endsWallMs]) => [
        lock,
        { owner, token, leaseMs, endsWallMs },
      ]),
    );
    this.#resources = new Map(
      resources.map(([lock, newestToken, accepted]) => [
        lock,
        { newestToken, accepted: [...accepted] },
      ]),
    );
  }
  #acquire(lock, command) {
    const held = this.#grants.get(lock);
    const wallMs = integerField(command, 'wall_ms');
    const isOver = this.#mistakes.trustsWallClock && held !== undefined && held.endsWallMs < wallMs;
    if (held !== undefined && !isOver)
      throw new RpcError(errorCode.preconditionFailed, `held by ${held.owner}`);
    this.#lastToken += 1;
    const leaseMs = integerField(command, 'lease_ms');
    const owner = textField(command, 'owner');
    const token = this.#lastToken;
    this.#grants.set(lock, { owner, token, leaseMs, endsWallMs: wallMs + leaseMs });
    return { type: 'acquire_ok', token };
  }
  #release(lock, command) {
    const held = this.#grants.get(lock);
    const isOwn =
      held?.owner === textField(command, 'owner') && held.token === (command['token'] ?? null);
    // The mistake: whose lock it is by now is not looked at.
    if (!isOwn && !this.#mistakes.releasesBlindly)
      throw new RpcError(errorCode.preconditionFailed, 'the lock is not yours');
    this.#grants.delete(lock);
    return { type: 'release_ok' };
  }
  #write(lock, command) {
    const resource = this.#resources.get(lock) ?? { accepted: [], newestToken: 0 };
    this.#resources.set(lock, resource);
    const token = integerField(command, 'token');
    if (token < resource.newestToken && !this.#mistakes.acceptsOldTokens)
      throw new RpcError(
        errorCode.preconditionFailed,
        `token ${token} is older than ${resource.newestToken}`,
      );
    resource.newestToken = Math.max(resource.newestToken, token);
    const value = anyField(command, 'value');
    resource.accepted.push([token, isList(value) ? [...value] : value]);
    return { type: 'write_ok' };
  }
}
