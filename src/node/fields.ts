/** Reads fields of a message, which may come from anybody. Throws RpcError 12 (malformed). */
import type { Body, Json } from './context.ts';
import { errorCode, RpcError } from './rpc-error.ts';

export function integerField(body: Body, name: string): number {
  const value = body[name];
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  throw malformed(body, name, 'an integer');
}

export function textField(body: Body, name: string): string {
  const value = body[name];
  if (typeof value === 'string') return value;
  throw malformed(body, name, 'a text');
}

export function booleanField(body: Body, name: string): boolean {
  const value = body[name];
  if (typeof value === 'boolean') return value;
  throw malformed(body, name, 'true or false');
}

export function listField(body: Body, name: string): readonly Json[] {
  const value = body[name];
  if (isList(value)) return value;
  throw malformed(body, name, 'a list');
}

/** A field that may hold anything, but must be there. */
export function anyField(body: Body, name: string): Json {
  const value: Json | undefined = body[name];
  if (value !== undefined) return value;
  throw malformed(body, name, 'a value');
}

/** A field that is itself the body of a message. */
export function bodyField(body: Body, name: string): Body {
  const value: Json | undefined = body[name];
  if (isBody(value)) return value;
  throw malformed(body, name, 'an object with a type');
}

/** A request without what only its delivery needs: to be stored, or sent on. */
export function withoutId(request: Body): Body {
  const fields = Object.entries(request).filter(([name]) => name !== 'msg_id');
  return { ...Object.fromEntries(fields), type: request.type };
}

export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

export function isBody(value: unknown): value is Body {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

function malformed(body: Body, name: string, expected: string): RpcError {
  return new RpcError(
    errorCode.malformedRequest,
    `${body.type}: field "${name}" must be ${expected}, found ${JSON.stringify(body[name])}`,
  );
}
