import type { Clock } from "@millrace/core"
import { mongodbBackend } from "@millrace/mongodb"

import { testClock } from "../../src/test-clock.ts"
import { armedWire } from "../mongo-wire/armed-wire.ts"
import { auditedLog } from "../mongo-wire/raw-log.ts"
import { siteBehind } from "./site-behind.ts"
import { SITE_PARTITIONS } from "./site-partitions.ts"
import type { Door, Site } from "./site.ts"

/** How long the driver waits for an answer, and how soon it looks again for a server that it lost. */
const WIRE_OPTIONS = "socketTimeoutMS=150&connectTimeoutMS=200&minHeartbeatFrequencyMS=20&heartbeatFrequencyMS=500"

/** How long a call goes on asking a server that is gone. */
const PATIENCE_MS = 300

/** A way to a log in MongoDB that is there already. */
export async function mongodbDoor(url: string, clock: Clock): Promise<Door> {
  const wire = await armedWire(`${url}&${WIRE_OPTIONS}`)
  return {
    wire,
    open: ({ brief }) =>
      mongodbBackend(wire.url, { clock, partitions: SITE_PARTITIONS, ...(brief ? { patienceMs: PATIENCE_MS } : {}) }),
    close: () => wire.close(),
  }
}

/** MongoDB behind a wire. `url`: of an empty database. At the end the raw log is held to its invariants. */
export async function mongodbSite(url: string): Promise<Site> {
  const clock = testClock()
  const door = await mongodbDoor(url, clock)
  const healthy = mongodbBackend(url, { clock, partitions: SITE_PARTITIONS })
  return siteBehind({ url, clock, door, healthy, before: () => auditedLog(url) })
}
