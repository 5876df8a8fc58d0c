/**
 * The replicated state of the target `lock`: who holds which lock, under which token; and for
 * each lock the resource that it guards, with the writes that it accepted.
 */
import {
  anyField,
  type Body,
  errorCode,
  integerField,
  isList,
  type Json,
  keyText,
  RpcError,
  textField,
} from '../../src/node/node.ts';
import type { Store } from '../raft/state-machine.ts';
import type { Mistakes } from './mistakes.ts';

export interface Grant {
  readonly owner: string;
  readonly token: number;
  readonly leaseMs: number;
  /** By the wall clock of the node that was asked. Only variants that trust it look at it. */
  readonly endsWallMs: number;
}

interface Resource {
  /** `[token, value]`, oldest first. */
  readonly accepted: Json[];
  newestToken: number;
}

export class LockTable implements Store {
  readonly #mistakes: Mistakes;
  /** Lock (as JSON) → who holds it. */
  #grants = new Map<string, Grant>();
  #resources = new Map<string, Resource>();
  #lastToken = 0;

  constructor(mistakes: Mistakes) {
    this.#mistakes = mistakes;
  }

  /** Grants in force, by lock. */
  get grants(): ReadonlyMap<string, Grant> {
    return this.#grants;
  }

  apply(command: Body): Body {
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

  dump(): Json {
    const grants = [...this.#grants].map(
      ([lock, { owner, token, leaseMs, endsWallMs }]): Json => [
        lock,
        owner,
        token,
        leaseMs,
        endsWallMs,
      ],
    );
    const resources = [...this.#resources].map(
      ([lock, { accepted, newestToken }]): Json => [lock, newestToken, [...accepted]],
    );
    return [this.#lastToken, grants, resources];
  }

  load(state: Json): void {
    const [lastToken, grants, resources] = state as readonly [
      number,
      readonly (readonly [string, string, number, number, number])[],
      readonly (readonly [string, number, readonly Json[]])[],
    ];
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

  #acquire(lock: string, command: Body): Body {
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

  #release(lock: string, command: Body): Body {
    const held = this.#grants.get(lock);
    const isOwn =
      held?.owner === textField(command, 'owner') && held.token === (command['token'] ?? null);
    // The mistake: whose lock it is by now is not looked at.
    if (!isOwn && !this.#mistakes.releasesBlindly)
      throw new RpcError(errorCode.preconditionFailed, 'the lock is not yours');
    this.#grants.delete(lock);
    return { type: 'release_ok' };
  }

  #write(lock: string, command: Body): Body {
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
