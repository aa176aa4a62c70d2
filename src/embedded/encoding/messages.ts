/**
 * The messages of google.firestore.v1 as protobufjs hands them over: absent fields are absent (no defaults), int64
 * are decimal strings, bytes are Buffers and every oneof has a property that names its member.
 * Follows https://firebase.google.com/docs/firestore/reference/rpc/google.firestore.v1.
 */

/** google.protobuf.Timestamp. */
export interface Timestamp {
  seconds?: string;
  nanos?: number;
}

/** google.type.LatLng. */
export interface LatLng {
  latitude?: number;
  longitude?: number;
}

/** The named values of a document or a map. */
export type Fields = Record<string, Value>;

/** google.firestore.v1.Value. */
export type Value =
  | { valueType: "nullValue"; nullValue: "NULL_VALUE" }
  | { valueType: "booleanValue"; booleanValue: boolean }
  | { valueType: "integerValue"; integerValue: string }
  | { valueType: "doubleValue"; doubleValue: number }
  | { valueType: "timestampValue"; timestampValue: Timestamp }
  | { valueType: "stringValue"; stringValue: string }
  | { valueType: "bytesValue"; bytesValue: Buffer }
  | { valueType: "referenceValue"; referenceValue: string }
  | { valueType: "geoPointValue"; geoPointValue: LatLng }
  | { valueType: "arrayValue"; arrayValue: { values?: Value[] } }
  | { valueType: "mapValue"; mapValue: { fields?: Fields } };

/** google.firestore.v1.Document */
export interface Document {
  name?: string;
  fields?: Fields;
  createTime?: Timestamp;
  updateTime?: Timestamp;
}

/** google.firestore.v1.DocumentMask */
export interface DocumentMask {
  fieldPaths?: string[];
}

/** google.firestore.v1.Precondition */
export interface Precondition {
  conditionType?: "exists" | "updateTime";
  exists?: boolean;
  updateTime?: Timestamp;
}

/** google.firestore.v1.DocumentTransform.FieldTransform */
export interface FieldTransform {
  fieldPath?: string;
  transformType?:
    | "setToServerValue"
    | "increment"
    | "maximum"
    | "minimum"
    | "appendMissingElements"
    | "removeAllFromArray";
  setToServerValue?: string;
  increment?: Value;
  maximum?: Value;
  minimum?: Value;
  appendMissingElements?: { values?: Value[] };
  removeAllFromArray?: { values?: Value[] };
}

/** google.firestore.v1.Write */
export interface Write {
  operation?: "update" | "delete" | "transform" | "verify";
  update?: Document;
  delete?: string;
  transform?: { document?: string; fieldTransforms?: FieldTransform[] };
  verify?: string;
  updateMask?: DocumentMask;
  updateTransforms?: FieldTransform[];
  currentDocument?: Precondition;
}

/** google.firestore.v1.WriteResult */
export interface WriteResult {
  updateTime?: Timestamp | null;
  transformResults?: Value[];
}

/** google.firestore.v1.StructuredQuery.FieldReference */
export interface FieldReference {
  fieldPath?: string;
}

/** google.firestore.v1.StructuredQuery.Filter */
export interface FilterMessage {
  filterType?: "compositeFilter" | "fieldFilter" | "unaryFilter";
  compositeFilter?: { op?: string; filters?: FilterMessage[] };
  fieldFilter?: { field?: FieldReference; op?: string; value?: Value };
  unaryFilter?: { op?: string; field?: FieldReference };
}

/** google.firestore.v1.Cursor */
export interface CursorMessage {
  values?: Value[];
  before?: boolean;
}

/** google.firestore.v1.StructuredQuery */
export interface StructuredQuery {
  select?: { fields?: FieldReference[] };
  from?: { collectionId?: string; allDescendants?: boolean }[];
  where?: FilterMessage;
  orderBy?: { field?: FieldReference; direction?: string }[];
  startAt?: CursorMessage;
  endAt?: CursorMessage;
  offset?: number;
  limit?: { value?: number };
  findNearest?: object;
}

/** google.firestore.v1.StructuredAggregationQuery.Aggregation */
export interface AggregationMessage {
  operator?: "count" | "sum" | "avg";
  count?: { upTo?: { value?: string } };
  sum?: { field?: FieldReference };
  avg?: { field?: FieldReference };
  alias?: string;
}

/** google.firestore.v1.StructuredAggregationQuery */
export interface StructuredAggregationQuery {
  structuredQuery?: StructuredQuery;
  aggregations?: AggregationMessage[];
}

/** google.firestore.v1.TransactionOptions */
export interface TransactionOptions {
  mode?: "readOnly" | "readWrite";
  readOnly?: { readTime?: Timestamp };
  readWrite?: { retryTransaction?: Buffer };
}

/** Which snapshot a read wants: of a transaction, of a new one, or at a time. */
export interface Consistency {
  transaction?: Buffer;
  newTransaction?: TransactionOptions;
  readTime?: Timestamp;
}

/** google.rpc.Status. */
export interface StatusMessage {
  code?: number;
  message?: string;
}

/** google.firestore.v1.Target */
export interface TargetMessage {
  targetType?: "query" | "documents";
  query?: { parent?: string; structuredQuery?: StructuredQuery };
  documents?: { documents?: string[] };
  targetId?: number;
  resumeToken?: Buffer;
  readTime?: Timestamp;
}

/** google.firestore.v1.ListenRequest */
export interface ListenRequest {
  targetChange?: "addTarget" | "removeTarget";
  addTarget?: TargetMessage;
  removeTarget?: number;
}

/** google.firestore.v1.ListenResponse */
export interface ListenResponse {
  targetChange?: {
    targetChangeType: "NO_CHANGE" | "ADD" | "REMOVE" | "CURRENT" | "RESET";
    targetIds?: number[];
    cause?: StatusMessage;
    resumeToken?: Buffer;
    readTime?: Timestamp;
  };
  documentChange?: { document: Document; targetIds: number[] };
  documentDelete?: { document: string; removedTargetIds: number[]; readTime: Timestamp };
  documentRemove?: { document: string; removedTargetIds: number[]; readTime: Timestamp };
}
