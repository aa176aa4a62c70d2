import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { Refusal } from "./refusal.js";

/** How much one principal may ask of this process. */
export interface Rates {
  /**
   * Counts a call that begins, and gives the function that ends it. Rejects with Refusal (429), which says after how many
   * seconds to try again.
   */
  begin(principal: string): Promise<() => void>;
}

/** Seconds after which to try again when too many calls run: how long they take nobody knows. */
const BUSY_RETRY_S = 1;

/** Counts calls in this process: so many within a minute, and so many at a time. */
export function createRates({ callsPerMinute, callsAtOnce }: { callsPerMinute: number; callsAtOnce: number }): Rates {
  const minute = new RateLimiterMemory({ points: callsPerMinute, duration: 60 });
  const running = new Map<string, number>();
  return {
    async begin(principal) {
      const before = running.get(principal) ?? 0;
      if (before >= callsAtOnce)
        throw tooMany(`${callsAtOnce} calls are running. Wait for one of them to end.`, BUSY_RETRY_S);
      running.set(principal, before + 1);
      let end = (): void => {
        end = () => {};
        const left = (running.get(principal) ?? 1) - 1;
        if (left > 0) running.set(principal, left);
        else running.delete(principal);
      };
      try {
        await minute.consume(principal);
      } catch (error) {
        end();
        if (!(error instanceof RateLimiterRes)) throw error;
        throw tooMany(`${callsPerMinute} calls a minute were made.`, Math.ceil(error.msBeforeNext / 1_000));
      }
      return () => end();
    },
  };
}

function tooMany(message: string, seconds: number): Refusal {
  return new Refusal(429, "rate_limited", message, { "retry-after": String(Math.max(1, seconds)) });
}
