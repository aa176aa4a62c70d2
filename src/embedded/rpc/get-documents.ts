import { status } from "@grpc/grpc-js";
import type { Consistency, Document, DocumentMask, Timestamp } from "../encoding/messages.js";
import { formatPath, parseDatabase, parseDocumentName } from "../encoding/resource-path.js";
import { StatusError } from "../errors.js";
import type { MessageSink } from "./backpressure.js";
import type { ServiceContext } from "./context.js";
import { type EncodedMessage, encodedFound } from "./encoded-answers.js";
import { maskedMessage, parseMask, readDocumentAt, withView } from "./read-views.js";

interface GetDocumentRequest extends Consistency {
  name?: string;
  mask?: DocumentMask;
}

interface BatchGetDocumentsRequest extends Consistency {
  database?: string;
  documents?: string[];
  mask?: DocumentMask;
}

interface BatchGetDocumentsResponse {
  found?: Document;
  missing?: string;
  transaction?: Buffer;
  readTime?: Timestamp;
}

/** GetDocument: one document, NOT_FOUND when it does not exist. */
export async function getDocument(context: ServiceContext, request: GetDocumentRequest): Promise<Document> {
  const mask = parseMask(request.mask);
  return withView(context, request, async (view) => {
    const document = readDocumentAt(context, view, request.name ?? "");
    if (!document) throw new StatusError(status.NOT_FOUND, `Document "${request.name}" not found.`);
    return maskedMessage(document, mask);
  });
}

/**
 * BatchGetDocuments: each document found or missing, all of one snapshot. The first answer carries a new transaction's
 * id. https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1#batchgetdocumentsrequest
 */
export async function batchGetDocuments(
  context: ServiceContext,
  request: BatchGetDocumentsRequest,
  sink: MessageSink<BatchGetDocumentsResponse | EncodedMessage>,
): Promise<void> {
  parseDatabase(request.database ?? "");
  const mask = parseMask(request.mask);
  // Every name is checked before the first answer goes out.
  const names = new Set((request.documents ?? []).map((name) => formatPath(parseDocumentName(name))));
  await withView(context, request, async (view) => {
    const { readTime } = view;
    let began = view.began;
    if (began && names.size === 0) await sink.write({ transaction: began, readTime });
    for (const name of names) {
      const document = readDocumentAt(context, view, name);
      const common = { readTime, ...(began ? { transaction: began } : {}) };
      if (!document) await sink.write({ missing: name, ...common });
      else await sink.write(encodedFound(document, readTime, mask, began));
      began = undefined;
    }
  });
}
