import { fileURLToPath } from "node:url";

/** The folder of the repository, with a slash at its end. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The built command line, which starts the server when it gets no arguments. */
export const CLI = `${ROOT}dist/cli.js`;
