import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { appendManyCallers, appendOneCaller } from "../benches/append.ts"
import { endToEnd } from "../benches/end-to-end.ts"
import { idleCost, idleLatency } from "../benches/idle.ts"
import { longStreamCommands } from "../benches/long-stream.ts"
import { telemetryOff, telemetryOn } from "../benches/telemetry.ts"
import type { Suite } from "../harness/bench.ts"
import type { Server } from "../harness/server.ts"
import { twin } from "../subjects/bare-sqlite/contenders.ts"
import { emmettSqlite } from "../subjects/emmett-sqlite/contenders.ts"
import { millraceOn } from "../subjects/millrace/contenders.ts"
import { longStream } from "../subjects/millrace/long-stream.ts"
import { openBackend } from "../subjects/millrace/open-backend.ts"

const millrace = millraceOn("sqlite")

const documented = emmettSqlite("documented")
const tuned = emmettSqlite("tuned")

/** Files in the folder that is measured. */
async function start(folder: string): Promise<Server> {
  return {
    facts: { sqlite: sqliteVersion() },
    async place() {
      const own = mkdtempSync(join(folder, "place-"))
      return { url: join(own, "bench.db"), drop: async () => rmSync(own, { recursive: true, force: true }) }
    },
    async stop() {},
  }
}

function sqliteVersion(): string {
  const database = new DatabaseSync(":memory:")
  try {
    return String(database.prepare("SELECT sqlite_version() AS version").get()?.["version"])
  } finally {
    database.close()
  }
}

/** Millrace on SQLite beside the bare driver and Emmett. */
export const sqlite: Suite = {
  start,
  benches: [
    appendManyCallers({
      rounds: 5,
      contenders: [millrace.appends, twin.appends, documented.appends, tuned.appends],
      bars: { "emmett-sqlite": 20, "emmett-sqlite-tuned": 20, twin: 0.7 },
    }),
    appendOneCaller({
      rounds: 5,
      contenders: [millrace.appends, twin.appends, tuned.appends],
      bars: { twin: 0.7 },
    }),
    endToEnd({
      rounds: 5,
      contenders: [millrace.orders, twin.orders],
      slow: [documented.orders, tuned.orders],
      // Emmett tuned is not the peer as its documentation sets it up, so its bar is one of our own: see the README.
      bars: { "emmett-sqlite": 15, "emmett-sqlite-tuned": 10, twin: 0.4 },
    }),
    idleLatency([millrace.pings]),
    idleCost(millrace.idleCost),
    telemetryOff,
    telemetryOn,
    longStreamCommands(async ({ url }) => longStream(await openBackend("sqlite", url))),
  ],
  growth: [],
}
