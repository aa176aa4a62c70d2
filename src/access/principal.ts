/** What a principal may do, each role also what the one before it may. */
export const ROLES = ["viewer", "agent", "lead", "admin"] as const;
/** The name of a role. */
export type Role = (typeof ROLES)[number];

/** Who is calling, as a token or an identity provider has shown it; never what a call says of itself. */
export interface Principal {
  /** The same for as long as the principal exists, and never another's: rates, keys and logs go by it. */
  id: string;
  /** Its name for people, stored beside the agent's name in each activity entry. */
  name: string;
  role: Role;
  /** The ids of the projects there are for it, 20 at most; null: all. */
  projects: readonly string[] | null;
}
