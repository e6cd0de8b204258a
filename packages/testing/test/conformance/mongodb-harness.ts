import { type Backend } from "@millrace/core"
import { mongodbBackend } from "@millrace/mongodb"
import { MongoClient } from "mongodb"

import type { Harness } from "../../src/conformance/index.ts"
import { steeredClock } from "./steered-clock.ts"

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
      const { clock, setBack } = steeredClock()
      const shared = (client ??= new MongoClient(url()))
      const prefix = (migrated ? emptied.pop() : undefined) ?? `rule_${process.pid}_${(logs += 1)}_`
      const opened: Backend[] = []
      const reopen = async (): Promise<Backend> => {
        const backend = mongodbBackend(shared, { prefix, partitions, clock })
        opened.push(backend)
        return backend
      }
      const backend = await reopen()
      if (migrated) await backend.migrate()
      return {
        backend,
        reopen,
        advance: (ms) => clock.advance(ms),
        setBack,
        async dispose() {
          for (const one of opened) await one.close()
          await Promise.all(
            COLLECTIONS.map((name) =>
              shared
                .db()
                .collection(prefix + name)
                .deleteMany({}),
            ),
          )
          emptied.push(prefix)
        },
      }
    },
    close: async () => client?.close(),
  }
}
