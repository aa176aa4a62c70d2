/**
 * A command as an ordinary user would run it. The super-user may write everywhere; so under him the command runs without
 * that right (util-linux setpriv), still as the owner of what he made, wherever the checkout lies.
 */
export function asOrdinaryUser(command: readonly [string, ...string[]]): [string, ...string[]] {
  if (process.getuid?.() !== 0) return [...command];
  const rights = "-dac_override,-dac_read_search";
  return ["setpriv", `--bounding-set=${rights}`, `--inh-caps=${rights}`, ...command];
}
