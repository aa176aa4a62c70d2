import { z } from "zod";
import { cleanUpSessions, cutoffDate } from "../../board/telemetry/cleanup.js";
import { CHANGES, defineTool } from "../define.js";

export default defineTool({
  name: "sessionCleanup",
  title: "Archive old context sessions",
  description: "Move context sessions that ended long ago to the archive. While remaining is not 0, call again.",
  annotations: CHANGES,
  input: z.strictObject({
    retentionDays: z.int().min(1).max(36_500).default(90),
    dryRun: z.boolean().default(false),
  }),
  output: z.object({
    count: z.int(),
    remaining: z.int().nullable(),
    dryRun: z.boolean(),
    cutoffDate: z.string(),
    reason: z.string().optional(),
  }),
  handler: cleanUpSessions,
  standsAlone: true,
  degraded: ({ args, reason, done, now }) => ({
    count: done,
    remaining: null,
    dryRun: args.dryRun,
    cutoffDate: cutoffDate(args, now).toISOString(),
    reason,
  }),
});
