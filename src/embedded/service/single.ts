import { randomBytes } from "node:crypto";
import { formatPath, parseDocumentName, parsePath } from "../paths/names.js";
import type { Document, DocumentMask, Precondition, Write } from "../protocol/types.js";
import type { ServiceContext } from "./context.js";
import { getDocument } from "./documents.js";
import { commit } from "./writes.js";

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
  const id = request.documentId || randomBytes(10).toString("hex");
  const name = `${request.parent}/${request.collectionId}/${id}`;
  return writeOne(
    context,
    name,
    {
      operation: "update",
      update: { ...request.document, name },
      currentDocument: { conditionType: "exists", exists: false },
    },
    request.mask,
  );
}

/** UpdateDocument: replaces the document, or with a mask some of its fields; makes it when it is missing. */
export async function updateDocument(context: ServiceContext, request: UpdateDocumentRequest): Promise<Document> {
  const { document = {}, updateMask, currentDocument } = request;
  const write: Write = { operation: "update", update: document };
  if (updateMask) write.updateMask = updateMask;
  if (currentDocument) write.currentDocument = currentDocument;
  return writeOne(context, document.name ?? "", write, request.mask);
}

/** DeleteDocument: succeeds also when there is nothing to delete, unless a precondition says otherwise. */
export async function deleteDocument(context: ServiceContext, request: DeleteDocumentRequest): Promise<object> {
  const { name = "", currentDocument } = request;
  const write: Write = { operation: "delete", delete: name };
  if (currentDocument) write.currentDocument = currentDocument;
  await commit(context, { database: databaseOf(name), writes: [write] });
  return {};
}

async function writeOne(
  context: ServiceContext,
  name: string,
  write: Write,
  mask: DocumentMask | undefined,
): Promise<Document> {
  await commit(context, { database: databaseOf(name), writes: [write] });
  return getDocument(context, mask ? { name, mask } : { name });
}

function databaseOf(name: string): string {
  return parsePath(formatPath(parseDocumentName(name))).root.replace(/\/documents$/, "");
}
