// Starts the built engine on a file and prints the StoreError that it gets. Arguments: URL of the engine, file.
const [build = "", file = ""] = process.argv.slice(2);
/** @type {typeof import("../../../src/embedded/index.js")} */
const { startEngine } = await import(build);
try {
  const engine = await startEngine({ file, indexes: { indexes: [], fieldOverrides: [] } });
  await engine.close();
  process.stdout.write("null");
} catch (error) {
  const known =
    error instanceof Error && "code" in error ? { code: error.code, message: error.message } : String(error);
  process.stdout.write(JSON.stringify(known));
}
