/** What a word of another tracker says in ours: the arguments to give instead, itself among them. */
type Meaning = Readonly<Record<string, string>>;

/**
 * Words of other trackers by the argument that they are given for, in lower case and with `_`. A word is understood by a
 * tool that declares every argument of its meaning with these choices; it is never published and never stored.
 */
const WORDS: Readonly<Record<string, Readonly<Record<string, Meaning>>>> = {
  status: {
    ...each(["pending", "open", "to_do", "not_started"], { status: "todo" }),
    ...each(["doing", "started", "wip", "in_development"], { status: "in_progress" }),
    ...each(["in_review", "reviewing"], { status: "review" }),
    ...each(["closed", "completed", "complete", "resolved", "finished"], { status: "done" }),
    ...each(["cancelled", "canceled", "wontfix", "wont_fix", "won't_fix", "wont_do", "won't_do"], {
      ...{ status: "done", resolution: "cancelled" },
    }),
    duplicate: { status: "done", resolution: "duplicate" },
  },
  priority: {
    p0: { priority: "critical" },
    p1: { priority: "high" },
    p2: { priority: "medium" },
    p3: { priority: "low" },
    urgent: { priority: "critical" },
    normal: { priority: "medium" },
  },
};

function each(words: readonly string[], meaning: Meaning): Record<string, Meaning> {
  return Object.fromEntries(words.map((word) => [word, meaning]));
}

/** A call's arguments, and the choices that a declared argument has. */
type Choices = (argument: string) => readonly string[] | undefined;

/**
 * Arguments with words of other trackers in our words, in any case, with spaces or hyphens for `_`. Another argument that a
 * word means (WORDS) is given too, unless the call gives it itself. What is not understood stays for the check to refuse.
 */
export function translateWords(args: Readonly<Record<string, unknown>>, choices: Choices): Record<string, unknown> {
  const translations = Object.keys(WORDS).flatMap((argument) => {
    const meaning = meaningOf(argument, args[argument], choices);
    return meaning ? [{ argument, meaning }] : [];
  });
  const meant = translations.flatMap(({ meaning }) => Object.entries(meaning));
  const words = translations.map(({ argument, meaning }) => [argument, meaning[argument]]);
  return { ...Object.fromEntries(meant), ...args, ...Object.fromEntries(words) };
}

function meaningOf(argument: string, word: unknown, choices: Choices): Meaning | undefined {
  const ours = choices(argument);
  if (typeof word !== "string" || ours === undefined || ours.includes(word)) return undefined;
  const plain = word.toLowerCase().replaceAll(/[\s-]+/g, "_");
  if (ours.includes(plain)) return { [argument]: plain };
  const words = WORDS[argument] ?? {};
  const meaning = Object.hasOwn(words, plain) ? words[plain] : undefined;
  const isDeclared = ([name, value]: [string, string]) => choices(name)?.includes(value);
  return meaning && Object.entries(meaning).every(isDeclared) ? meaning : undefined;
}
