import { HistoryBuilder } from '../history/builder.js';
import { nemesisProcess, typeCode } from '../history/columns.js';
import { noValue } from '../history/values.js';
export class Recorder {
  #clock;
  #journal;
  #builder = new HistoryBuilder();
  #counts = { invoked: 0, ok: 0, fail: 0, info: 0 };
  #lastNs = 0;
  constructor(clock, journal) {
    this.#clock = clock;
    this.#journal = journal;
  }
  get counts() {
    return { ...this.#counts };
  }
  history() {
    return this.#builder.build();
  }
  invoke(process, op, node) {
    const type = process === 'nemesis' ? 'info' : 'invoke';
    if (process !== 'nemesis') this.#counts.invoked += 1;
    return this.#record({ type, process, op, value: op.value, node, error: undefined });
  }
  complete(process, op, settled, node) {
    const { type, error } = settled;
    if (process !== 'nemesis') this.#counts[type] += 1;
    // Without an answer the value stays that of the invocation, as Jepsen has it.
    const value = type === 'ok' ? settled.value : (settled.value ?? op.value);
    return this.#record({ type, process, op, value, node, error });
  }
  #record({ type, process, op, value, node, error }) {
    const { f, key, final } = op;
    // A clock that is not quite monotonic must not make a history that is not.
    const time = Math.max(this.#clock.nowNs(), this.#lastNs);
    this.#lastNs = time;
    const builder = this.#builder;
    const index = builder.addRow(
      typeCode[type],
      process === 'nemesis' ? nemesisProcess : process,
      builder.functionId(f),
      key === undefined ? noValue : builder.values.internComposite(key),
      value === undefined ? noValue : builder.valueId(value),
      time,
    );
    const event = { index, time, type, process, f };
    if (key !== undefined) event.key = key;
    if (value !== undefined) event.value = value;
    addExtras(event, node, error, final);
    // Most events have a node and nothing else, and need no object of their own for that.
    if (error === undefined && final !== true) {
      if (node !== undefined) builder.addNode(index, node);
    } else builder.addExtra(index, addExtras({}, node, error, final));
    this.#journal.append(event);
    return event;
  }
}
function addExtras(to, node, error, final) {
  const target = to;
  if (node !== undefined) target.node = node;
  if (error !== undefined) target.error = error;
  if (final === true) target.final = final;
  return to;
}
