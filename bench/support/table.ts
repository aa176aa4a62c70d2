/** Rows of cells as text, columns aligned: the first to the left, the others to the right. */
function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((row) => row.join("   ").trimEnd())
    .join("\n");
}

/** Prints a table under its title. */
export const report = (title: string, rows: string[][]): void => {
  process.stdout.write(`\n${title}\n\n${table(rows)}\n`);
};

/** Whether a goal is met, as a word. */
export const verdict = (met: boolean): string => (met ? "met" : "missed");

/** A duration as text. */
export const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
/** A size as text. */
export const mebibytes = (value: number): string => `${value.toFixed(0)} MiB`;
/** A ratio as text. */
export const ratio = (value: number): string => `${value.toFixed(2)}x`;
