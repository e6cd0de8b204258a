import { mkdtempSync, rmSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { appendManyCallers, appendOneCaller } from "../benches/append.ts"
import { endToEnd } from "../benches/end-to-end.ts"
import { idleCost, idleLatency } from "../benches/idle.ts"
import type { AppendTarget } from "../harness/append-load.ts"
import type { Contender, Suite } from "../harness/bench.ts"
import type { OrderTarget } from "../harness/order-load.ts"
import type { Server } from "../harness/server.ts"
import { millraceOn } from "../subjects/millrace/contenders.ts"

const millrace = millraceOn("sqlite")

const twin = {
  appends: {
    name: "twin",
    open: async ({ url }) => (await import("../subjects/bare-sqlite/append.ts")).bareAppends(url),
  } satisfies Contender<AppendTarget>,
  orders: {
    name: "twin",
    open: async ({ url }) => (await import("../subjects/bare-sqlite/orders.ts")).bareOrders(url),
  } satisfies Contender<OrderTarget>,
}

const emmett = (name: string, setup: "documented" | "tuned") => ({
  appends: {
    name,
    peer: "emmett-sqlite",
    open: async ({ url }) => (await import("../subjects/emmett-sqlite/append.ts")).emmettAppends(url, setup),
  } satisfies Contender<AppendTarget>,
  orders: {
    name,
    peer: "emmett-sqlite",
    open: async ({ url }) => (await import("../subjects/emmett-sqlite/orders.ts")).emmettOrders(url, setup),
  } satisfies Contender<OrderTarget>,
})
const documented = emmett("emmett-sqlite", "documented")
const tuned = emmett("emmett-sqlite-tuned", "tuned")

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
    idleLatency([millrace.idleLatency]),
    idleCost(millrace.idleCost),
  ],
  growth: [],
}
