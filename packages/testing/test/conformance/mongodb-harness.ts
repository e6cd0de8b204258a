import { mongodbBackend } from "@millrace/mongodb"
import { MongoClient } from "mongodb"

import type { Harness } from "../../src/conformance/index.ts"
import { openLog } from "./open-log.ts"

const COLLECTIONS = ["log", "commits", "groups", "documents", "schedules", "processes", "streams", "types"]

/**
 * The harness of MongoDB: collections of their own per log, its clock a test clock. `url`: of a database. All logs share a client, for connecting takes
 * longer than most rules; `close` ends it. Making collections and indexes takes as long: a log that is over leaves its own, emptied, to the next one.
 */
export function mongodbHarness(url: () => string): Harness & { readonly close: () => Promise<void> } {
  let logs = 0
  let client: MongoClient | undefined
  const emptied: string[] = []
  return {
    name: "mongodb",
    async open({ partitions, migrated }) {
      const shared = (client ??= new MongoClient(url()))
      const prefix = (migrated ? emptied.pop() : undefined) ?? `rule_${process.pid}_${(logs += 1)}_`
      return openLog(
        { migrated },
        {
          open: (clock) => mongodbBackend(shared, { prefix, partitions, clock }),
          async dispose(closeAll) {
            await closeAll()
            const all = COLLECTIONS.map((name) => shared.db().collection(prefix + name))
            await Promise.all(all.map((collection) => collection.deleteMany({})))
            emptied.push(prefix)
          },
        },
      )
    },
    close: async () => client?.close(),
  }
}
