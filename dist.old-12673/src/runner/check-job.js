/** What a checking thread is handed: plain data, since functions do not cross threads. */
import { UsageError } from '../base/errors.js';
import { availability } from '../checker/availability.js';
import { checkersOfModel } from '../checker/catalog.js';
import { findWorkload } from '../registry.js';
export async function checkersOf(source, history) {
  if (source.kind === 'model')
    return checkersOfModel(source.model, { history, realTime: source.realTime });
  const workload = await findWorkload(source.workload);
  const models = source.model.split(',');
  const unknown = models.find((model) => !workload.models.includes(model));
  if (unknown !== undefined)
    throw new UsageError(`workload ${workload.name} has no model "${unknown}"`);
  // What does not depend on the model is judged once.
  const checkers = models
    .flatMap((model) => workload.checkers(model, source.options))
    .filter(
      ({ name, summary }, i, all) =>
        all.findIndex((other) => other.name === name && other.summary === summary) === i,
    );
  return source.availability === null ? checkers : [...checkers, availability(source.availability)];
}
