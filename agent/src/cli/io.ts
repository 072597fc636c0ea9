/** What a command talks to: stdout belongs to its result, stderr to everything else. */
export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
export const EXIT_WRONG_USE = 2;

/** The command was called in a way that it can't be; the message says how it can. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
