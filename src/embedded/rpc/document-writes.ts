import { randomBytes } from "node:crypto";
import { projectFields } from "../encoding/fields.js";
import type { Document, DocumentMask, Precondition, Write } from "../encoding/messages.js";
import { formatPath, parseDocumentName, parsePath } from "../encoding/resource-path.js";
import { checkedFields } from "../encoding/validate-fields.js";
import { invalidRequest } from "../errors.js";
import type { ServiceContext } from "./context.js";
import { getDocument } from "./get-documents.js";
import { parseMask } from "./read-views.js";
import { commit } from "./transactions.js";

interface CreateDocumentRequest {
  parent?: string;
  collectionId?: string;
  documentId?: string;
  document?: Document;
  mask?: DocumentMask;
}

interface UpdateDocumentRequest {
  document?: Document;
  updateMask?: DocumentMask;
  mask?: DocumentMask;
  currentDocument?: Precondition;
}

interface DeleteDocumentRequest {
  name?: string;
  currentDocument?: Precondition;
}

/**
 * CreateDocument: with an id of its own when the request names none; ALREADY_EXISTS when it is taken.
 * https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#createdocumentrequest
 */
export async function createDocument(context: ServiceContext, request: CreateDocumentRequest): Promise<Document> {
  const { parent = "", collectionId = "", documentId, document, mask } = request;
  if (document?.name) throw invalidRequest("The document to be created has no name yet.");
  const id = documentId || randomBytes(10).toString("hex");
  if (collectionId.includes("/") || id.includes("/")) throw invalidRequest('An id holds no "/".');
  const name = `${parent}/${collectionId}/${id}`;
  const write: Write = {
    operation: "update",
    update: { ...document, name },
    currentDocument: { conditionType: "exists", exists: false },
  };
  const paths = parseMask(mask);
  const { commitTime } = await commit(context, { database: databaseOf(name), writes: [write] });
  // Not read again: another client may have changed or deleted it since.
  const fields = checkedFields(document?.fields ?? {});
  return {
    name,
    fields: paths ? projectFields(fields, paths) : fields,
    createTime: commitTime,
    updateTime: commitTime,
  };
}

/** UpdateDocument: replaces the document, or with a mask some of its fields; makes it when it is missing. */
export async function updateDocument(context: ServiceContext, request: UpdateDocumentRequest): Promise<Document> {
  const { document = {}, updateMask, currentDocument, mask } = request;
  const write: Write = { operation: "update", update: document };
  if (updateMask) write.updateMask = updateMask;
  if (currentDocument) write.currentDocument = currentDocument;
  const name = document.name ?? "";
  // A mask that is refused must not have written anything.
  parseMask(mask);
  await commit(context, { database: databaseOf(name), writes: [write] });
  return getDocument(context, mask ? { name, mask } : { name });
}

/** DeleteDocument: succeeds also when there is nothing to delete, unless a precondition says otherwise. */
export async function deleteDocument(context: ServiceContext, request: DeleteDocumentRequest): Promise<object> {
  const { name = "", currentDocument } = request;
  const write: Write = { operation: "delete", delete: name };
  if (currentDocument) write.currentDocument = currentDocument;
  await commit(context, { database: databaseOf(name), writes: [write] });
  return {};
}

function databaseOf(name: string): string {
  return parsePath(formatPath(parseDocumentName(name))).root.replace(/\/documents$/, "");
}
