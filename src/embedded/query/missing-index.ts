import { createRequire } from "node:module";
import { status } from "@grpc/grpc-js";
import protobuf from "protobufjs";
import { codec } from "../encoding/protobuf.js";
import type { DatabaseRoot } from "../encoding/resource-path.js";
import { StatusError } from "../errors.js";
import type { MissingIndex } from "../index/index-definitions.js";

const require = createRequire(import.meta.url);

/**
 * The FAILED_PRECONDITION of a query that no index covers: production's words with its link to the console, for clients
 * and tools that look for it, then what to add to firestore.indexes.json, which is what helps here. The forms of text
 * and link were recorded from production by another emulator's tests (fireemu, "missing-index refusals").
 */
export function missingIndexError(root: DatabaseRoot, missing: readonly MissingIndex[]): StatusError {
  const [first] = missing;
  const additions = missing.map((one) =>
    "indexes" in one
      ? `"indexes": ${JSON.stringify(one.indexes)}`
      : `"fieldOverrides": ${JSON.stringify(one.fieldOverrides)}`,
  );
  return new StatusError(
    status.FAILED_PRECONDITION,
    `The query requires ${first ? wantedIn(root, first) : "an index."} (in Cloud Firestore; for this store, add to ` +
      `firestore.indexes.json: ${additions.join("; ")})`,
  );
}

/** A google.firestore.admin.v1.Index, as far as the console reads it. */
interface AdminIndex {
  name: string;
  queryScope: string;
  fields: { fieldPath: string; order?: string | undefined; arrayConfig?: string | undefined }[];
}

function wantedIn(root: DatabaseRoot, missing: MissingIndex): string {
  const [, project = "", , database = ""] = root.split("/");
  const group = `projects/${project}/databases/${database}/collectionGroups/`;
  const linked = (parameter: string, index: AdminIndex): string =>
    `You can create it here: https://console.firebase.google.com/v1/r/project/${project}/firestore/indexes?` +
    `${parameter}=${encoded(index)}`;
  if ("indexes" in missing) {
    const { collectionGroup, queryScope, fields } = missing.indexes;
    const last = fields.at(-1);
    const named = last?.fieldPath === "__name__" ? [] : [{ fieldPath: "__name__", order: last?.order ?? "ASCENDING" }];
    const index = { name: `${group}${collectionGroup}/indexes/_`, queryScope, fields: [...fields, ...named] };
    return `an index. ${linked("create_composite", index)}`;
  }
  const { collectionGroup, fieldPath, indexes } = missing.fieldOverrides;
  // What the field has already comes first.
  const { queryScope = "COLLECTION", ...mode } = indexes.at(-1) ?? {};
  const kind = mode.arrayConfig ?? (mode.order === "DESCENDING" ? "DESC" : "ASC");
  const index = {
    name: `${group}${collectionGroup}/fields/${fieldPath}`,
    queryScope,
    fields: [{ fieldPath, ...mode }],
  };
  return (
    `a ${queryScope}_${kind} index for collection ${collectionGroup} and field ${fieldPath}. ` +
    linked("create_exemption", index)
  );
}

function encoded(index: AdminIndex): string {
  admin ??= codec(
    protobuf.Root.fromJSON(require("@google-cloud/firestore/build/protos/admin_v1.json")).lookupType(
      "google.firestore.admin.v1.Index",
    ),
  );
  return admin.encode(index).toString("base64url");
}

/** Read when it is needed first: few programs ever lack an index. */
let admin: ReturnType<typeof codec<AdminIndex>> | undefined;
