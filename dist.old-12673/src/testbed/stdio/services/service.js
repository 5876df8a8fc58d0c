export function errorReply(code, text) {
  return { type: 'error', code, text };
}
/** Error 10. Maelstrom leaves such a request without an answer; then the node waits for nothing. */
export function unknownType(service, type, known) {
  const shown = JSON.stringify(type ?? null);
  return errorReply(10, `${service} does not know the type ${shown}; it answers ${known}`);
}
