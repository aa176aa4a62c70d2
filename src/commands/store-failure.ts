import { StoreError } from "../embedded/index.js";

/**
 * Runs a command for a person and gives its exit code. A StoreError becomes one line on stderr and exit code 1: its
 * message says what to do. Whatever else is thrown is a bug and stays one, stack included.
 */
export async function tellStoreErrors(command: () => Promise<number> | number): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    process.stderr.write(`fireboard: ${error.message}\n`);
    return 1;
  }
}
