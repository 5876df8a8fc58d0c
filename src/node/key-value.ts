/** A map that is read and changed with the requests of Maelstrom's lin-kv: the state of a store. */
import type { Body, Json } from './context.ts';
import { anyField } from './fields.ts';
import { errorCode, RpcError } from './rpc-error.ts';

export class KeyValueMap {
  /** Key as JSON → value. */
  #values = new Map<string, Json>();

  /**
   * Does what a `read`, `write` or `cas` asks for and returns its reply.
   * @throws RpcError 20 (no such key), 22 (another value), 12 (malformed), 10 (unknown):
   * the map is then unchanged.
   */
  apply(request: Body): Body {
    const key = keyText(anyField(request, 'key'));
    switch (request.type) {
      case 'read':
        return { type: 'read_ok', value: this.#present(key) };
      case 'write':
        this.#values.set(key, anyField(request, 'value'));
        return { type: 'write_ok' };
      case 'cas':
        this.#compareAndSet(key, request);
        return { type: 'cas_ok' };
      default:
        throw new RpcError(errorCode.notSupported, `a map has no operation "${request.type}"`);
    }
  }

  /** All that it holds, as data that `load` takes. */
  dump(): Json {
    return [...this.#values];
  }

  load(dumped: Json): void {
    this.#values = new Map(dumped as readonly (readonly [string, Json])[]);
  }

  #present(key: string): Json {
    const value = this.#values.get(key);
    if (value === undefined)
      throw new RpcError(errorCode.keyDoesNotExist, `there is no key ${key}`);
    return value;
  }

  #compareAndSet(key: string, request: Body): void {
    const to = anyField(request, 'to');
    if (this.#values.has(key) || request['create_if_not_exists'] !== true) {
      const current = this.#present(key);
      const from = anyField(request, 'from');
      if (!sameJson(current, from))
        throw new RpcError(
          errorCode.preconditionFailed,
          `the value is ${JSON.stringify(current)}, not ${JSON.stringify(from)}`,
        );
    }
    this.#values.set(key, to);
  }
}

/** A text that is equal for equal keys. */
export function keyText(key: Json): string {
  return canonical(key);
}

export function sameJson(a: Json, b: Json): boolean {
  return a === b || canonical(a) === canonical(b);
}

function canonical(value: Json): string {
  return JSON.stringify(value, (_name, part: Json) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
