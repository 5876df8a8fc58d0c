import { unknownType } from './service.js';
export class TimestampOracle {
  name = 'lin-tso';
  #next = 0;
  answer(_client, body) {
    if (body['type'] !== 'ts') return unknownType(this.name, body['type'], 'ts');
    const ts = this.#next;
    this.#next += 1;
    return { type: 'ts_ok', ts };
  }
}
