import type { Tool } from "../define.js";
import appendActions from "./append-actions.js";
import appendDialog from "./append-dialog.js";
import beginTurn from "./begin-turn.js";
import bootstrap from "./bootstrap.js";
import closeSession from "./close-session.js";
import completeTurn from "./complete-turn.js";
import currentSession from "./current-session.js";
import failTurn from "./fail-turn.js";
import openSession from "./open-session.js";
import queryHistory from "./query-history.js";
import updateTurn from "./update-turn.js";

/** The turn log's tools; `fireboard repl` offers the same ones as methods (docs/contracts.md 5). */
export const LOG_TOOLS: readonly Tool[] = [
  bootstrap,
  openSession,
  beginTurn,
  updateTurn,
  appendDialog,
  appendActions,
  completeTurn,
  failTurn,
  queryHistory,
  currentSession,
  closeSession,
];
