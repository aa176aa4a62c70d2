import { storeFailure } from "../../firestore/failure.js";

/**
 * What `write` gives, which creates a document under an id that the caller chose; what `taken` gives instead when the
 * store says that there is one. A writer that lost a race for the id finds the document in its second attempt and
 * answers by itself: this is for one that the call cannot see, in another project (src/board/scope). Nothing more
 * may be told of it.
 */
export async function unlessTaken<T>(write: Promise<T>, taken: () => T): Promise<T> {
  try {
    return await write;
  } catch (error) {
    if (storeFailure(error) === "already_exists") return taken();
    throw error;
  }
}
