import { CST, type Document, isCollection, isScalar, Lexer, parseDocument, stringify, visit } from "yaml";

/** How many lexical tokens a document may have: some of the parser's work grows with their square. */
const MAX_TOKENS = 200_000;
/** How many nodes aliases may stand for; more is an attempt to exhaust the memory. */
const MAX_ALIASES = 100;

/**
 * Reads one YAML 1.2 document into plain data: core schema, string keys, each once, no tags of its own, few aliases and
 * no circles. Undefined when there is nothing in it. Throws an Error that says what is wrong, without quoting the
 * document.
 */
export function readYaml(text: string): unknown {
  refuseCostly(text);
  const document = parseDocument(text, {
    schema: "core",
    stringKeys: true,
    resolveKnownTags: false,
    // Looked at below: the library compares each key with each other.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: "silent",
  });
  const [fault] = [...document.errors, ...document.warnings];
  if (fault) throw new Error(`it is not YAML as expected here (${fault.code}, at character ${fault.pos[0]})`);
  if (document.contents === null) return undefined;
  refuseRepeatedKeysAndCircles(document);
  return document.toJS({ maxAliasCount: MAX_ALIASES });
}

/** Plain data as a YAML document that ends with a line end. */
export function writeYaml(value: unknown): string {
  return stringify(value, { schema: "core", lineWidth: 0, aliasDuplicateObjects: false });
}

function refuseCostly(text: string): void {
  let tokens = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_TOKENS) throw new Error("it has too many parts");
    // Nested explicit keys take the library exponential time, and no envelope needs one.
    if (CST.tokenType(token) === "explicit-key-ind") throw new Error("it has an explicit key (?)");
  }
}

function refuseRepeatedKeysAndCircles(document: Document): void {
  visit(document, {
    Map(_, { items }) {
      const keys = items.map(({ key }) => (isScalar(key) ? key.value : key));
      if (new Set(keys).size < keys.length) throw new Error("it has a key twice in one mapping");
    },
    Alias(_, { source }, path) {
      if (path.some((node) => isCollection(node) && node.anchor === source)) throw new Error("it holds itself");
    },
  });
}
