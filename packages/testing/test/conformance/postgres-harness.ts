import { type Backend } from "@millrace/core"
import { postgresBackend, type PostgresOptions } from "@millrace/postgres"

import type { Harness } from "../../src/conformance/index.ts"
import { steeredClock } from "./steered-clock.ts"

/** The harness of Postgres: a schema of its own per log, its clock a test clock. */
export function postgresHarness(
  server: () => { readonly url: string },
  options: PostgresOptions = {},
  name = "postgres",
): Harness {
  let logs = 0
  return {
    name,
    async open({ partitions, migrated }) {
      const { clock, setBack } = steeredClock()
      logs += 1
      const schema = `rule_${process.pid}_${logs}`
      const opened: Backend[] = []
      const reopen = async (): Promise<Backend> => {
        const backend = postgresBackend(server().url, { schema, partitions, clock, maxConnections: 4, ...options })
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
          const last = await reopen()
          await last.migrate()
          await last.operator.uninstall(schema)
          for (const one of opened) await one.close()
        },
      }
    },
  }
}
