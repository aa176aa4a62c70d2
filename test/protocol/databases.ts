import { afterEach } from "vitest";
import { freshDatabase, type TestDatabase } from "../support/lane.js";

/** Databases for the tests of a file, removed after each of them. */
export function useDatabases(): () => Promise<TestDatabase> {
  const made: TestDatabase[] = [];
  afterEach(async () => {
    for (const database of made.splice(0)) await database.remove();
  });
  return async () => {
    const database = await freshDatabase();
    made.push(database);
    return database;
  };
}
