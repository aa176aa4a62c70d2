import { SelectionError } from "../tools/select.js";

/**
 * Runs a command whose settings choose tools and gives its exit code. A SelectionError becomes one line on stderr and
 * exit code 2: unlike a mistake in the store's settings, which each call can tell of, a tool that is missing from the list
 * tells nobody anything, and agents would silently do without it.
 */
export async function tellSelectionErrors(command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    if (!(error instanceof SelectionError)) throw error;
    process.stderr.write(`fireboard: ${error.message}\n`);
    return 2;
  }
}
