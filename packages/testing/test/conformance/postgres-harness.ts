import { postgresBackend, type PostgresOptions } from "@millrace/postgres"

import type { Harness } from "../../src/conformance/index.ts"
import { openLog, uninstalling } from "./open-log.ts"

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
      logs += 1
      const schema = `rule_${process.pid}_${logs}`
      return openLog(
        { migrated },
        {
          open: (clock) => postgresBackend(server().url, { schema, partitions, clock, maxConnections: 4, ...options }),
          dispose: uninstalling(schema),
        },
      )
    },
  }
}
