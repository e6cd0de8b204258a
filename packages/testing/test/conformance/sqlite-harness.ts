import { join } from "node:path"

import { sqliteBackend } from "@millrace/sqlite"

import type { Harness } from "../../src/conformance/index.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { openLog } from "./open-log.ts"

/** The harness of SQLite: a file of its own per log, its clock a test clock. */
export const sqliteHarness: Harness = {
  name: "sqlite",
  async open({ partitions, migrated }) {
    const folder = await temporaryFolder()
    return openLog(
      { migrated },
      {
        open: (clock) => sqliteBackend(join(folder.path, "log.db"), { partitions, clock }),
        async dispose(closeAll) {
          await closeAll()
          await folder.remove()
        },
      },
    )
  },
}
