import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take long, whatever their size: each begins first in its lane, so that none of them runs alone at the end
 * while the other cores have nothing to do.
 */
const LONG = [
  "test/embedded/differential/differential.test.ts",
  "test/embedded/serial/serialisable.test.ts",
  "test/embedded/differential/validation.test.ts",
  "test/contract/hostile.test.ts",
  "test/contract/sloppy-arguments.test.ts",
  "test/contract/round-trips.test.ts",
  "test/protocol/board-scale.test.ts",
  "test/protocol/repl.test.ts",
  "test/protocol/store-outage.test.ts",
  "test/board/handoff/trim.test.ts",
  "test/unit/borders.test.ts",
  "test/firestore/index-coverage.test.ts",
];

/**
 * The sequence of test files: by `order` of their lanes. Lanes whose files share a process (`isolate: false`) come one
 * after the other, as the configuration lists them. The files of the other lanes take turns, lane by lane, so that those
 * that wait for the emulator run beside those that compute.
 */
export default class LaneSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = longFirst(await super.sort(files));
    const ranked = this.ctx.projects.flatMap((project, lane) => {
      const { isolate, sequence } = project.config;
      const own = sorted.filter((file) => file.project === project);
      return own.map((file, at) => ({ file, rank: [sequence.groupOrder, isolate ? at : -1, lane, at] }));
    });
    return ranked.sort((one, other) => compare(one.rank, other.rank)).map(({ file }) => file);
  }
}

function longFirst(files: TestSpecification[]): TestSpecification[] {
  const rank = ({ moduleId }: TestSpecification) => (LONG.some((name) => moduleId.endsWith(`/${name}`)) ? 0 : 1);
  return files.toSorted((one, other) => rank(one) - rank(other));
}

function compare(one: number[], other: number[]): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at === -1 ? 0 : (one[at] ?? 0) - (other[at] ?? 0);
}
