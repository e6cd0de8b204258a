import { afterAll, beforeAll, describe, expect, it } from "vitest"

import { missingMongo, skippedFor } from "./missing-mongo.ts"
import { type Played, runDemo } from "./run-demo.ts"
import { tamperOnMongodb } from "./tampering/tamper-on-mongodb.ts"
import { tamperOnPostgres } from "./tampering/tamper-on-postgres.ts"
import { tamperOnRedis } from "./tampering/tamper-on-redis.ts"
import type { TamperedLog, TamperedServer } from "./tampering/tampering.ts"
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts"

const FLIGHTS = "200"

/** A whole run, on a machine that has other things to do. */
const RUN_MS = 120_000

const noMongo = await missingMongo()

for (const { tampering, missing } of [
  { tampering: tamperOnPostgres, missing: undefined },
  { tampering: tamperOnRedis, missing: undefined },
  { tampering: tamperOnMongodb, missing: noMongo },
]) {
  describe.skipIf(missing)(
    `on ${tampering.name}, the proof of a finished log${skippedFor(missing)}`,
    { timeout: RUN_MS },
    () => {
      let server: TamperedServer
      let routes: TemporaryFolder

      beforeAll(async () => {
        ;[server, routes] = await Promise.all([tampering.start(), temporaryFolder()])
        const { code, errors } = await prove(server.url)
        if (code !== 0) throw new Error(`the run to be tampered with failed: ${errors}`)
      }, RUN_MS)
      afterAll(async () => {
        await server.stop()
        await routes.remove()
      })

      function prove(url: string, ...options: readonly string[]): Promise<Played> {
        return runDemo("--flights", FLIGHTS, "--backend", url, "--folder", routes.path, ...options)
      }

      /** A copy of the finished log that somebody has been at, proved again. */
      async function proveTampered(tamper: (log: TamperedLog) => Promise<void>): Promise<Played> {
        const log = await server.copy()
        await tamper(log)
        return prove(log.url, "--prove-only")
      }

      it("holds again when nobody has touched anything", async () => {
        const { code, lastLine } = await proveTampered(async () => {})
        expect(lastLine).toBe("flights 200 · lost 0 · twice 0 · out of order 0 · matches the data set: yes")
        expect(code).toBe(0)
      })

      it("tells of an event that was deleted", async () => {
        const { code, output, lastLine } = await proveTampered((log) => log.deleteEvent())
        expect(code).toBe(1)
        expect(lastLine).toBe("flights 200 · lost 1 · twice 0 · out of order 0 · matches the data set: no")
        expect(output).toMatch(/^lost: event of flight\.depart at position \d+: missing$/m)
      })

      it("tells of an event that is there twice", async () => {
        const { code, output, lastLine } = await proveTampered((log) => log.doubleEvent())
        expect(code).toBe(1)
        expect(lastLine).toBe("flights 200 · lost 0 · twice 1 · out of order 0 · matches the data set: no")
        expect(output).toMatch(/^twice: event of flight\.depart at position \d+: 2 times$/m)
      })

      it("tells of a projection that was changed", async () => {
        const { code, output, lastLine } = await proveTampered((log) => log.changeTotals())
        expect(code).toBe(1)
        expect(lastLine).toBe("flights 200 · lost 0 · twice 0 · out of order 0 · matches the data set: no")
        expect(output).toMatch(/^differs: delay of DFW in airport_totals: -?\d+, by the data set -?\d+$/m)
      })
    },
  )
}
