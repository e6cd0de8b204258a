import { NoMongo } from "../src/servers/no-mongo.ts"
import { startMongo } from "../src/servers/start-mongo.ts"
import type { TestMongo } from "../src/servers/test-mongo.ts"

/** The MongoDB of this test run, or why there is none. */
export type MongoForTests =
  | { readonly server: TestMongo; readonly missing?: undefined }
  | { readonly server?: undefined; readonly missing: string }

/**
 * The MongoDB to test with. Where none can be had, tests are skipped, with the reason in their title, so that it is seen; in CI (`CI` is set) that
 * is a failure.
 */
export async function mongoForTests(): Promise<MongoForTests> {
  try {
    return { server: await startMongo() }
  } catch (error) {
    if (!(error instanceof NoMongo) || isCi()) throw error
    return { missing: error.message }
  }
}

function isCi(): boolean {
  const ci = process.env["CI"]
  return ci !== undefined && ci !== "" && ci !== "false"
}
