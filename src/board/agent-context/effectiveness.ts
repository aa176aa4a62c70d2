import type { maskedDelivery, maskedEntry, RowOf } from "../model/masked.js";

type Delivered = RowOf<typeof maskedDelivery.row>;
type Acted = RowOf<typeof maskedEntry.touched>;

/** How well context was delivered; docs/bootstrap.md defines each figure. */
export interface Effectiveness {
  context_hit_rate: number;
  first_fetch_right: number;
  total_deliveries: number;
  tokens_saved: number;
}

/** A fetch followed this soon by one of another scope had not brought what was needed. */
const CORRECTION_MS = 10 * 60_000;

/**
 * The figures of some deliveries to one agent, from these and the agent's own activity (docs/contracts.md 6). A
 * delivery was a hit when the agent afterwards did something on a task that it showed. It was right at once unless
 * another scope was asked for within ten minutes. Zeros without deliveries. Pure.
 */
export function effectiveness(deliveries: readonly Delivered[], activity: readonly Acted[]): Effectiveness {
  const ordered = [...deliveries].sort((a, b) => at(a) - at(b));
  const hits = ordered.filter((delivery) =>
    activity.some(
      ({ task_id, created_at }) =>
        task_id !== null && delivery.task_ids.includes(task_id) && Number(created_at) > at(delivery),
    ),
  );
  const right = ordered.filter((delivery, index) => {
    const next = ordered[index + 1];
    return !next || next.scope === delivery.scope || at(next) - at(delivery) > CORRECTION_MS;
  });
  const total = ordered.length;
  return {
    context_hit_rate: total === 0 ? 0 : Math.round((hits.length / total) * 100) / 100,
    first_fetch_right: right.length,
    total_deliveries: total,
    tokens_saved: ordered.reduce((sum, { tokens_saved }) => sum + tokens_saved, 0),
  };
}

const at = ({ created_at }: Delivered): number => created_at?.getTime() ?? 0;
