import { execFileSync } from "node:child_process";
import type { BenchBoard } from "./board.js";

/** Resident memory of a fresh server in MiB: after its first call, and after `calls` more of a working agent's mix. */
export async function memoryOver(board: BenchBoard, calls: number): Promise<[number, number]> {
  const agent = await board.another();
  const project_id = board.projectId;
  const { session_id } = await agent.call("board_create_session", { project_id });
  const mix = [
    () => agent.call("board_create_task", { project_id, session_id, title: "One more" }),
    () => agent.call("board_log_activity", { project_id, session_id, agent_name: "bench", action: "noted" }),
    () => agent.call("board_get_tasks", { project_id, limit: 50 }),
    () => agent.call("board_get_handoff", { project_id }),
  ];
  const before = residentMiB(agent.pid);
  for (let call = 0; call < calls; call += 1) await mix[call % mix.length]?.();
  const after = residentMiB(agent.pid);
  await agent.close();
  return [before, after];
}

function residentMiB(pid: number): number {
  return Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" })) / 1024;
}
