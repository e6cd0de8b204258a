import { equal } from "node:assert/strict"

import { createApp, silentLogger } from "@millrace/core"
import { open } from "@millrace/redis"
import { describe, it, onTestFinished } from "vitest"

import { assertCopied } from "./assert-copied.ts"
import { noted } from "./noted.ts"
import { redisForTest } from "./redis-for-test.ts"
import { startCopier } from "./start-copier.ts"
import { untilCopied } from "./until-copied.ts"

/** Far longer than the test may take: whatever comes did not wait for its end. */
const LEASE_MS = 600_000

describe("on redis", () => {
  it("what a worker held that was killed between claim and settle is copied once, at once by a process of the same name [lesson 8 lesson 30 lesson 46]", async () => {
    const { url } = await redisForTest()
    const log = open(url)
    onTestFinished(() => log.close())
    const app = await createApp({ backend: log, logger: silentLogger })
    const notes = Array.from({ length: 40 }, (_, at) => noted(`source-${at % 4}`, at))
    const doomed = await startCopier(url, "worker-1", { leaseMs: LEASE_MS, copyMs: LEASE_MS })
    for (const note of notes) await app.dispatch(note)
    await doomed.said("began")
    doomed.child.kill("SIGKILL")
    const heir = await startCopier(url, "worker-1", { leaseMs: LEASE_MS })
    await untilCopied(log)
    await assertCopied(
      log,
      notes.map(({ id }) => id),
    )
    equal(await heir.stop(), 0)
  }, 60_000)
})
