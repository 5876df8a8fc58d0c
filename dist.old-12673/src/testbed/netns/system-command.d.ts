/**
 * Runs a command to its end and resolves to its stdout.
 * @throws TargetError with what it wrote to stderr, unless it exits with 0.
 */
export declare function runCommand(
  command: string,
  args: readonly string[],
  input?: string,
): Promise<string>;
