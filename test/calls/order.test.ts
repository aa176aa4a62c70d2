import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Access, createCallOrder } from "../../src/calls/order.js";

/** A call whose work ends when the test says so. */
interface TestCall {
  access: Access;
  begun: boolean;
  ended: boolean;
  cancelled: boolean;
  end(): void;
  cancel(): void;
  outcome: Promise<string>;
}

/** Calls in one order, in the order in which they were made. */
function calls(givenUpMs?: number) {
  const order = createCallOrder(givenUpMs);
  const made: TestCall[] = [];
  const call = (access: Access, signal?: AbortSignal): TestCall => {
    const cancelling = new AbortController();
    let finish = (_: string) => {};
    const work = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const one: TestCall = {
      access,
      begun: false,
      ended: false,
      cancelled: false,
      end() {
        one.ended = true;
        finish("ended");
      },
      cancel() {
        one.cancelled = true;
        cancelling.abort("cancelled");
      },
      outcome: order
        .inTurn(access, signal ?? cancelling.signal, () => {
          one.begun = true;
          return work;
        })
        .catch(String),
    };
    made.push(one);
    return one;
  };
  return { made, call };
}

/** Whether a call must have begun: nothing that writes is running, or waiting, before it. */
const isDue = (made: readonly TestCall[], at: number) =>
  made
    .slice(0, at)
    .every(({ access, begun, ended, cancelled }) => access === "reads" || ended || (cancelled && !begun));

describe("the order of calls", () => {
  test("whatever ends or is cancelled when: a call begins exactly when every earlier write has ended", async () => {
    const step = fc.record({
      what: fc.constantFrom("reads", "writes", "reads", "writes", "end", "end", "cancel"),
      at: fc.nat(20),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { made, call } = calls();
        const seen = new Set<TestCall>();
        for (const { what, at } of steps) {
          const running = made.filter(({ begun, ended }) => begun && !ended);
          const waiting = made.filter(({ begun, cancelled }) => !begun && !cancelled);
          if (what === "reads" || what === "writes") call(what);
          else if (what === "end") running[at % running.length]?.end();
          else waiting[at % waiting.length]?.cancel();
          await nextTurn();
          for (const [place, one] of made.entries()) {
            if (one.begun) seen.add(one);
            if (!one.cancelled) expect(one.begun).toBe(seen.has(one) || isDue(made, place));
            else if (!seen.has(one)) expect(one.begun).toBe(false);
          }
        }
        for (const one of made) one.end();
        const outcomes = await Promise.all(made.map(({ outcome }) => outcome));
        expect(outcomes).toEqual(made.map((one) => (one.begun ? "ended" : "cancelled")));
      }),
    );
  });

  test("a write that was given up makes way when its work ends, or some time later", async () => {
    const { call } = calls(5);
    const [stuck, late] = [call("writes"), call("writes")];
    const last = call("reads");
    stuck.cancel();
    late.end();
    last.end();
    expect(await late.outcome).toBe("ended");
    expect(await last.outcome).toBe("ended");
    // Its own end, long after, lets nothing begin out of its turn.
    const [running, waiting] = [call("writes"), call("writes")];
    stuck.end();
    await stuck.outcome;
    await nextTurn();
    expect([running.begun, waiting.begun]).toEqual([true, false]);
  });

  test("a failed write makes way, and a call that is cancelled already is never begun", async () => {
    const order = createCallOrder();
    const never = new AbortController().signal;
    const failed = order.inTurn("writes", never, () => Promise.reject(new Error("no")));
    const next = order.inTurn("reads", never, async () => "read");
    await expect(failed).rejects.toThrow("no");
    expect(await next).toBe("read");
    const begun: string[] = [];
    const late = order.inTurn("writes", AbortSignal.abort("gone"), async () => begun.push("late"));
    await expect(late).rejects.toBe("gone");
    expect(await order.inTurn("writes", never, async () => begun)).toEqual([]);
  });
});
