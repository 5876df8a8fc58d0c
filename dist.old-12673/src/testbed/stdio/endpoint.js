/** The line that a node receives, without its end. */
export function lineOf(message) {
  return `{"id":${message.id},"src":${message.source},"dest":${message.to.quoted},"body":${message.body}}`;
}
