import { redisBackend } from "@millrace/redis"

import type { Harness } from "../../src/conformance/index.ts"
import type { TestRedis } from "../../src/servers/start-redis.ts"
import { openLog, uninstalling } from "./open-log.ts"

/** The harness of Redis: a prefix of its own per log, its clock a test clock. `cluster`: through a client that knows several nodes. */
export function redisHarness(server: () => TestRedis, { cluster = false } = {}): Harness {
  let logs = 0
  return {
    name: "redis",
    async open({ partitions, migrated }) {
      logs += 1
      const prefix = `rule_${process.pid}_${logs}`
      return openLog(
        { migrated },
        {
          open: (clock) => redisBackend(server().url, { prefix, cluster, partitions, clock }),
          dispose: uninstalling(prefix),
        },
      )
    },
  }
}
