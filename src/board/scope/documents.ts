import type { DocumentReference, DocumentSnapshot } from "../../firestore/store.js";
import { BoardError } from "../core/errors.js";

/** Reads documents in one round trip, in the order of `refs`. */
export type ReadAll = (refs: DocumentReference[]) => Promise<DocumentSnapshot[]>;

/** Tells the documents of one project from all others. */
export interface Boundaries {
  /**
   * Reads documents; those of other projects come back as missing. A document of a sub-collection belongs where its
   * session does, which is read along.
   */
  read(refs: readonly DocumentReference[], readAll: ReadAll): Promise<DocumentSnapshot[]>;
  /** Whether a top-level document that was read is the project or one of its own. */
  owns(snapshot: DocumentSnapshot): boolean;
  /** The fields of a new document, of the project when they name none. Throws `permission_denied` for another one's. */
  created<T extends object>(ref: DocumentReference, fields: T): T;
  /** Throws `permission_denied` when a change would give the document to another project. */
  refuseGivingAway(ref: DocumentReference, fields: object): void;
}

/** The boundaries of the project `project` (its reference). */
export function boundariesOf(project: DocumentReference): Boundaries {
  const isProject = (ref: DocumentReference) => ref.parent.path === project.parent.path;
  const owns = (snapshot: DocumentSnapshot) =>
    isProject(snapshot.ref) ? snapshot.id === project.id : snapshot.get("project_id") === project.id;

  return {
    owns,
    async read(refs, readAll) {
      const named = new Set(refs.map(({ path }) => path));
      const roots = new Map(refs.map((ref) => [rootOf(ref).path, rootOf(ref)]));
      const beside = [...roots.values()].filter(({ path }) => !named.has(path));
      const snapshots = await readAll([...refs, ...beside]);
      const own = new Set(
        snapshots.filter((snapshot) => isRoot(snapshot.ref) && owns(snapshot)).map(({ ref }) => ref.path),
      );
      return refs.map((ref, at) => {
        const snapshot = snapshots[at];
        if (!snapshot) throw new TypeError("a read gives as many snapshots as references");
        return own.has(rootOf(ref).path) || !snapshot.exists ? snapshot : missing(snapshot);
      });
    },
    created(ref, fields) {
      if (!isRoot(ref)) return fields;
      const { project_id }: { project_id?: unknown } = fields;
      if (isProject(ref) || (project_id ?? project.id) !== project.id) throw otherProject();
      return { ...fields, project_id: project.id };
    },
    refuseGivingAway(ref, fields) {
      const elsewhere = "project_id" in fields && fields.project_id !== project.id;
      if (elsewhere || (isProject(ref) && ref.id !== project.id)) throw otherProject();
    },
  };
}

/** The session that a document of a sub-collection hangs on; a top-level document is its own root. */
export function rootOf(ref: DocumentReference): DocumentReference {
  return ref.parent.parent ? rootOf(ref.parent.parent) : ref;
}

function isRoot(ref: DocumentReference): boolean {
  return ref.parent.parent === null;
}

/** A document as if it were not there. */
function missing(snapshot: DocumentSnapshot): DocumentSnapshot {
  return Object.create(snapshot, {
    exists: { value: false },
    data: { value: () => undefined },
    get: { value: () => undefined },
    createTime: { value: undefined },
    updateTime: { value: undefined },
  });
}

function otherProject(): BoardError {
  return new BoardError(
    "permission_denied",
    "This server serves one project and changes no other.",
    "Work on this project, or ask the operator for a server of the other one.",
  );
}
