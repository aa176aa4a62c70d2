/** The share of random rounds that this run makes: 1, or less where the lane runs a second time (scripts/ci.mjs). */
const SHARE = Number(process.env.FIREBOARD_TEST_ROUNDS ?? 1);

/** How many of `count` random rounds a test makes in this run; at least one. */
export const randomRounds = (count: number): number => Math.max(1, Math.ceil(count * SHARE));
