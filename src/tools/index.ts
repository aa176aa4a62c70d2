import bulkUpdateTasks from "./board/bulk-update-tasks.js";
import checkpointSession from "./board/checkpoint-session.js";
import claimTask from "./board/claim-task.js";
import createProject from "./board/create-project.js";
import createSession from "./board/create-session.js";
import createTask from "./board/create-task.js";
import createTasks from "./board/create-tasks.js";
import deleteTask from "./board/delete-task.js";
import endSession from "./board/end-session.js";
import getActivity from "./board/get-activity.js";
import getHandoff from "./board/get-handoff.js";
import getProjects from "./board/get-projects.js";
import getSession from "./board/get-session.js";
import getSessions from "./board/get-sessions.js";
import getTask from "./board/get-task.js";
import getTasks from "./board/get-tasks.js";
import logActivity from "./board/log-activity.js";
import search from "./board/search.js";
import updateProject from "./board/update-project.js";
import updateTask from "./board/update-task.js";
import endAgentSession from "./bootstrap/end-session.js";
import sessionInit from "./bootstrap/session-init.js";
import type { Tool } from "./define.js";
import { LOG_TOOLS } from "./log/index.js";
import sessionCleanup from "./telemetry/cleanup.js";
import sessionComplete from "./telemetry/complete.js";
import sessionCreate from "./telemetry/create.js";
import sessionQuery from "./telemetry/query.js";
import sessionUpdate from "./telemetry/update.js";

/** The names of the toolsets, which `--toolsets` takes. */
export const TOOLSET_NAMES = ["board", "telemetry", "log", "bootstrap"] as const;
/** The name of a toolset. */
export type ToolsetName = (typeof TOOLSET_NAMES)[number];

/** Every tool by its family, in the order in which agents are shown them. */
export const TOOLSETS: Readonly<Record<ToolsetName, readonly Tool[]>> = {
  board: [
    getProjects,
    createProject,
    updateProject,
    getTasks,
    getTask,
    createTask,
    createTasks,
    updateTask,
    bulkUpdateTasks,
    deleteTask,
    claimTask,
    createSession,
    checkpointSession,
    endSession,
    getSessions,
    getSession,
    getHandoff,
    logActivity,
    getActivity,
    search,
  ],
  telemetry: [sessionCreate, sessionUpdate, sessionComplete, sessionQuery, sessionCleanup],
  log: LOG_TOOLS,
  bootstrap: [sessionInit, endAgentSession],
};

/** Every tool, family by family. */
export const TOOLS: readonly Tool[] = TOOLSET_NAMES.flatMap((name) => TOOLSETS[name]);
