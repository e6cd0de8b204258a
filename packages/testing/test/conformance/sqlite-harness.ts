import { join } from "node:path"

import type { Backend } from "@millrace/core"
import { sqliteBackend } from "@millrace/sqlite"

import type { Harness } from "../../src/conformance/index.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { steeredClock } from "./steered-clock.ts"

/** The harness of SQLite: a file of its own per log, its clock a test clock. */
export const sqliteHarness: Harness = {
  name: "sqlite",
  async open({ partitions, migrated }) {
    const { clock, setBack } = steeredClock()
    const folder = await temporaryFolder()
    const opened: Backend[] = []
    const reopen = async (): Promise<Backend> => {
      const backend = sqliteBackend(join(folder.path, "log.db"), { partitions, clock })
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
        await folder.remove()
      },
    }
  },
}
