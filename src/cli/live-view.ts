/** Plain progress lines. */
export function createProgress({ stream }: { isTty: boolean; stream: NodeJS.WritableStream; paint: unknown }) {
  const line = (text: string): void => {
    stream.write(`${text}\n`);
  };
  return { phase: line, progress: (_: unknown) => undefined, fault: line, log: line, done: () => undefined };
}
