/**
 * A command as an unprivileged user would run it. Root may write everywhere, so as root the command runs without that
 * right (util-linux setpriv), still as the owner of root's files, wherever the checkout lies.
 */
export function asUnprivilegedUser(command: readonly [string, ...string[]]): [string, ...string[]] {
  if (process.getuid?.() !== 0) return [...command];
  const rights = "-dac_override,-dac_read_search";
  return ["setpriv", `--bounding-set=${rights}`, `--inh-caps=${rights}`, ...command];
}
