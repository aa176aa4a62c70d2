/**
 * When something that began at `began` and ends now has ended: never before it began, though the clock may have gone
 * backward meanwhile, or be another machine's (docs/contracts.md 1.2).
 */
export function endOf(began: Date | null, now: Date): Date {
  return began && began > now ? began : now;
}
