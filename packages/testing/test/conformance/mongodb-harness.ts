import { type Backend } from "@millrace/core"
import { mongodbBackend } from "@millrace/mongodb"
import { MongoClient } from "mongodb"

import type { Harness } from "../../src/conformance/index.ts"
import { steeredClock } from "./steered-clock.ts"

/** The harness of MongoDB: collections of their own per log, its clock a test clock. `url`: of a database. */
export function mongodbHarness(url: () => string): Harness {
  let logs = 0
  return {
    name: "mongodb",
    async open({ partitions, migrated }) {
      const { clock, setBack } = steeredClock()
      logs += 1
      const prefix = `rule_${process.pid}_${logs}_`
      const opened: Backend[] = []
      const clients: MongoClient[] = []
      const reopen = async (): Promise<Backend> => {
        const client = new MongoClient(url())
        const backend = mongodbBackend(client, { prefix, partitions, clock })
        opened.push(backend)
        clients.push(client)
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
          const last = await reopen()
          await last.migrate()
          await last.operator.uninstall((await last.operator.stats()).name)
          for (const one of opened) await one.close()
          for (const client of clients) await client.close()
        },
      }
    },
  }
}
