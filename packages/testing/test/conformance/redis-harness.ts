import { type Backend } from "@millrace/core"
import { redisBackend } from "@millrace/redis"

import type { Harness } from "../../src/conformance/index.ts"
import type { TestRedis } from "../../src/servers/start-redis.ts"
import { steeredClock } from "./steered-clock.ts"

/** The harness of Redis: a prefix of its own per log, its clock a test clock. `cluster`: through a client that knows several nodes. */
export function redisHarness(server: () => TestRedis, { cluster = false } = {}): Harness {
  let logs = 0
  return {
    name: "redis",
    async open({ partitions, migrated }) {
      const { clock, setBack } = steeredClock()
      logs += 1
      const prefix = `rule_${process.pid}_${logs}`
      const opened: Backend[] = []
      const reopen = async (): Promise<Backend> => {
        const backend = redisBackend(server().url, { prefix, cluster, partitions, clock })
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
          await last.operator.uninstall(prefix)
          for (const one of opened) await one.close()
        },
      }
    },
  }
}
