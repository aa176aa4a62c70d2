/** The kind of error that a person can repair, and the exit code that a command ends with then. */
export interface ExpectedError {
  kind: abstract new (...args: never[]) => Error;
  exitCode: number;
}

/**
 * Runs a command for a person and gives its exit code. An expected error becomes one line on stderr: its code, if it has
 * one, and its message, which says what to do. Anything else that is thrown is a bug and stays one.
 */
export async function exitCodeOf(
  { kind, exitCode }: ExpectedError,
  command: () => Promise<number> | number,
): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof kind)) throw error;
    const code = "code" in error ? `${error.code}: ` : "";
    process.stderr.write(`fireboard: ${code}${error.message}\n`);
    return exitCode;
  }
}
