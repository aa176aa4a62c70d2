/**
 * The official emulator of this run, which all its files share, or why there is none. For the lanes that compare with
 * it (vitest.config.ts); each test uses project ids of its own.
 */
export function officialEmulator(): { port: number } | { unavailable: string } {
  const host = process.env.FIREBOARD_TEST_EMULATOR_HOST;
  if (host) return { port: Number(host.split(":")[1]) };
  const reason = process.env.FIREBOARD_TEST_EMULATOR_UNAVAILABLE ?? "this lane has none";
  return { unavailable: `official emulator not available: ${reason}` };
}
