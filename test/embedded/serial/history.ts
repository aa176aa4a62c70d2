import { z } from "zod";

/** What a transaction says that it read and did; it is committed together with what it did. */
const accountSchema = z.object({
  reads: z.record(z.string(), z.string().nullable()).optional(),
  set: z.array(z.string()).optional(),
  group: z.string().optional(),
  members: z.array(z.string()).optional(),
  count: z.number().optional(),
  added: z.string().optional(),
  removed: z.string().optional(),
});

/** Everything that exists at one moment: who wrote each register, and each item's group. */
export interface State {
  registers: Record<string, string>;
  items: Record<string, string>;
}

/** A transaction that was committed. */
export interface Committed {
  id: string;
  did: string;
}

/**
 * Replays committed transactions one after the other, in the order of their commit times, and says where what one of
 * them had read is not what that order would have shown it; and which of the observed states never existed. No
 * complaints mean that the history is serialisable: no lost update, no phantom, no torn read.
 */
export function replay(
  committed: readonly Committed[],
  observed: readonly State[],
): { complaints: string[]; end: State } {
  const state: State = { registers: {}, items: {} };
  const complaints: string[] = [];
  const seen = new Set([key(state)]);
  for (const { id, did } of committed) {
    const account = accountSchema.parse(JSON.parse(did));
    for (const [name, by] of Object.entries(account.reads ?? {})) {
      const expected = state.registers[name] ?? null;
      if (expected !== by) complaints.push(`${id} read ${name} = ${by}, not ${expected}`);
    }
    const members = Object.keys(state.items)
      .filter((item) => state.items[item] === account.group)
      .sort();
    if (account.members && account.members.join() !== members.join()) {
      complaints.push(`${id} found ${account.group} = ${account.members.join()}, not ${members.join()}`);
    }
    if (account.count !== undefined && account.count !== members.length) {
      complaints.push(`${id} counted ${account.count} in ${account.group}, not ${members.length}`);
    }
    for (const name of account.set ?? []) state.registers[name] = id;
    if (account.added && account.group) state.items[account.added] = account.group;
    if (account.removed) delete state.items[account.removed];
    seen.add(key(state));
  }
  for (const one of observed) if (!seen.has(key(one))) complaints.push(`nobody could see ${key(one)}`);
  return { complaints, end: state };
}

/** A state as text, whatever the order of its parts. */
export function key({ registers, items }: State): string {
  return JSON.stringify([Object.entries(registers).sort(), Object.entries(items).sort()]);
}
