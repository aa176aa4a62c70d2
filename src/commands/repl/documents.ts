/** One document of the input, not parsed yet. */
export interface Incoming {
  /** Empty when it was too large. */
  text: string;
  format: "yaml" | "json";
  tooLarge: boolean;
}

/** How many characters a document may have; an append of the largest size fits twice. */
const MAX_DOCUMENT = 16 * 1024 * 1024;

const MARKER = /^(?:---|\.\.\.)(?=\s|$)/;

/**
 * Cuts the input into documents (docs/contracts.md 5). A document ends at a line `---` (or YAML's `...`) or with the
 * input; a blank line ends nothing. A line that is a JSON object is a document by itself, wherever it stands, so that a
 * broken document before it does not swallow it. A document that is too large is given without its text.
 */
export async function* documents(input: AsyncIterable<string>, max = MAX_DOCUMENT): AsyncGenerator<Incoming> {
  const cutter = cutLines(max);
  let pending = "";
  for await (const chunk of input) {
    const lines = chunk.split("\n");
    lines[0] = pending + lines[0];
    pending = lines.pop() ?? "";
    for (const line of lines) yield* cutter.line(line, true);
    if (pending.length > max) {
      yield* cutter.line(pending, false);
      pending = "";
    }
  }
  yield* cutter.line(pending, true);
  yield* cutter.end();
}

/** Collects lines to documents; a line comes in pieces when it is longer than a document may be. */
function cutLines(max: number) {
  let lines: string[] = [];
  let size = 0;
  let inLine = false;

  function* end(): Generator<Incoming> {
    const tooLarge = size > max;
    if (size > 0) yield { text: tooLarge ? "" : lines.join("\n"), format: "yaml", tooLarge };
    lines = [];
    size = 0;
  }
  function keep(line: string): void {
    // Before the first line with text, there is no document.
    if (size === 0 && line.trim() === "") return;
    size += line.length + 1;
    if (size <= max) lines.push(line);
    else lines = [];
  }
  return {
    end,
    *line(text: string, complete: boolean): Generator<Incoming> {
      const beginsLine = !inLine;
      inLine = !complete;
      const line = complete && text.endsWith("\r") ? text.slice(0, -1) : text;
      if (beginsLine && MARKER.test(line)) {
        yield* end();
        keep(line.replace(MARKER, ""));
      } else if (beginsLine && complete && isJsonObject(line)) {
        yield* end();
        yield { text: line, format: "json", tooLarge: false };
      } else keep(line);
    },
  };
}

function isJsonObject(line: string): boolean {
  if (!line.startsWith("{")) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    // Not a fault: YAML may begin so as well.
    return false;
  }
}
