/**
 * A value as it was meant: without white space around it, and without the quotes that some files and shells leave on.
 */
export function plainValue(text: string): string {
  const trimmed = text.trim();
  const [, quote, inner] = /^(["'])(.*)\1$/s.exec(trimmed) ?? [];
  if (inner === undefined) return trimmed;
  return (quote === '"' ? inner.replaceAll('\\"', '"') : inner).trim();
}

/**
 * Whether a value holds a variable that nobody replaced: `${HOME}`, `%APPDATA%`, or `$HOME` where a part of a path
 * begins.
 */
export function holdsVariable(text: string): boolean {
  return /\$\{[^}]*\}|%[A-Za-z_]\w*%|(^|[/\\])\$\w+/.test(text);
}
