export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
export function isArray(value) {
  return Array.isArray(value);
}
/** A canonical text: equal for equal values, whatever the order of the fields. */
export function canonical(value) {
  if (isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] ?? null)}`);
  return `{${fields.join(',')}}`;
}
