import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "../../src/config.js";

type Flags = Parameters<typeof loadConfig>[0];
type Env = Record<string, string>;

const store = (flags: Flags, env: Env) => loadConfig(flags, { ...env }).store;

describe("the embedded store's folder", () => {
  const xdg = { XDG_DATA_HOME: "/data" };
  const HOME_DATA = join(homedir(), ".local/share/fireboard");

  test.each<[name: string, flags: Flags, env: Env, folder: string]>([
    ["the XDG data folder", {}, xdg, "/data/fireboard"],
    ["below the home folder without XDG", {}, {}, HOME_DATA],
    ["a relative XDG folder is ignored", {}, { XDG_DATA_HOME: "data" }, HOME_DATA],
    ["FIREBOARD_DATA_DIR", {}, { ...xdg, FIREBOARD_DATA_DIR: "/boards/a" }, "/boards/a"],
    ["--data-dir first", { dataDir: "/boards/b" }, { FIREBOARD_DATA_DIR: "/boards/a" }, "/boards/b"],
    ["~ without a shell", {}, { FIREBOARD_DATA_DIR: "~/boards" }, join(homedir(), "boards")],
    ["~ alone, by flag", { dataDir: "~" }, {}, homedir()],
    ["a name that begins with ~", {}, { FIREBOARD_DATA_DIR: "/b/~x" }, "/b/~x"],
    ["a name with a dollar or percent sign", {}, { FIREBOARD_DATA_DIR: "/b/c$/100% x%" }, "/b/c$/100% x%"],
    ["in quotes and white space", {}, { FIREBOARD_DATA_DIR: ` "~/my boards"\n` }, join(homedir(), "my boards")],
    ["an XDG folder that was not expanded is ignored", {}, { XDG_DATA_HOME: "/${X}" }, HOME_DATA],
  ])("%s", (_, flags, env, dataDir) => {
    expect(store(flags, env)).toMatchObject({ mode: "embedded", dataDir });
  });

  test.each(["", "home", "${HOME}"])("is in no other place when HOME is %j", (home) => {
    vi.stubEnv("HOME", home);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(store({}, {})).toMatchObject({ dataDir: join(userInfo().homedir, ".local/share/fireboard") });
    expect(store({}, { FIREBOARD_DATA_DIR: "~/b" })).toMatchObject({ dataDir: join(userInfo().homedir, "b") });
  });

  test.each([
    ...["boards", "./boards", "../boards", ".", "~boards", "C:boards", "file:///boards"],
    ...["${workspaceFolder}/boards", "/data/${env:USER}", "$HOME/boards", "/data/$USER", "%APPDATA%\\boards", "~/%X%"],
  ])("%s would be another in each working folder: it is refused, and what to write instead is said", (given) => {
    for (const reported of [store({ dataDir: given }, {}), store({}, { FIREBOARD_DATA_DIR: `'${given}'` })]) {
      expect(reported).toEqual({
        problem: expect.stringMatching(
          /FIREBOARD_DATA_DIR \(--data-dir\).*(absolute path or begin with ~\/|written out)/,
        ),
        repair: expect.stringContaining("FIREBOARD_DATA_DIR"),
      });
      expect(JSON.stringify(reported)).not.toContain("boards");
    }
  });
});
