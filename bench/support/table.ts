/** Rows of cells as text, columns aligned: the first to the left, the others to the right. */
export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((row) => row.join("   ").trimEnd())
    .join("\n");
}

export const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
export const mebibytes = (value: number): string => `${value.toFixed(0)} MiB`;
export const ratio = (value: number): string => `${value.toFixed(2)}x`;
