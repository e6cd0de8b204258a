import { deepEqual, equal, match } from "node:assert/strict"

import { type App, durable, event, type Flow, workflow } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog, type TestLog } from "../open-log.ts"

const HOUR_MS = 3_600_000
const Go = event("go.ahead")

/** A workflow of this code, whose steps note what they did. */
function releases() {
  const did: string[] = []
  const step = (name: string) => durable(name, (what: string) => (did.push(`${name} ${what}`), what))
  const steps = { book: step("book"), pay: step("pay"), insure: step("insure") }
  return {
    did,
    release: (code: (flow: Flow, use: typeof steps) => Promise<unknown>, version = 1) =>
      workflow("order", async (_: null, flow) => String(await code(flow, steps)), { version }),
  }
}

type Release = ReturnType<ReturnType<typeof releases>["release"]>

/** Runs an app of one release until nothing waits, then ends it: a process that was deployed and is replaced. */
async function deploy(log: TestLog, release: Release, work?: (app: App) => Promise<void>): Promise<void> {
  const app = await log.app({ reactors: [release] })
  await work?.(app)
  await app.drain()
  await app.close()
}

const begin = (release: Release) => async (app: App) => void (await app.startWorkflow(release, null, { id: "1" }))

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    for (const [change, code] of [
      [
        "a step put before",
        async (flow, { book, pay, insure }) => [
          await insure("x"),
          await book("x"),
          await flow.sleep(HOUR_MS),
          await pay("x"),
        ],
      ],
      ["a step taken out", async (flow, { pay }) => [await flow.sleep(HOUR_MS), await pay("x")]],
      ["other arguments", async (flow, { book, pay }) => [await book("y"), await flow.sleep(HOUR_MS), await pay("x")]],
      ["an earlier end", async () => "done"],
    ] satisfies [string, Parameters<ReturnType<typeof releases>["release"]>[0]][]) {
      it(`a run whose code has changed under it (${change}) is parked with a clear error, does nothing, and goes on with the code it knows [S47.h]`, async () => {
        const log = await openLog(backend)
        const { did, release } = releases()
        const old = release(async (flow, { book, pay }) => [await book("x"), await flow.sleep(HOUR_MS), await pay("x")])
        await deploy(log, old, begin(old))
        await log.clock.advance(HOUR_MS)
        const changed = release(code)
        const app = await log.app({ reactors: [changed] })
        await app.drain()
        const status = await app.workflow(changed, "1").status()
        equal(status.status, "parked")
        match(
          status.status === "parked" ? status.error : "",
          /^WorkflowChanged: order-1 was begun by other code: .*Deploy code/,
        )
        deepEqual(did, ["book x"])
        equal((await app.deadLetters()).length, 1)
        await app.close()
        await deploy(log, old, async (again) => void (await again.retryDeadLetters(old)))
        const last = await log.app({ reactors: [old] })
        equal((await last.workflow(old, "1").wait()).status, "completed")
        deepEqual(did, ["book x", "pay x"])
      })
    }

    it("equal arguments are equal in whatever order their keys are, and code between steps may change as it likes [S47.c S47.h lesson 14]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const book = durable("book", (what: { readonly from: string; readonly to: string }) => {
        did.push(`${what.from}-${what.to}`)
        return what
      })
      const before = workflow("order", async (_: null, flow) => {
        const { to } = await book({ from: "LIS", to: "OPO" })
        await flow.waitFor(Go)
        return `went to ${to}`
      })
      const after = workflow("order", async (_: null, flow) => {
        const to = "OPO"
        const { from } = await book({ to, from: "LIS" })
        await flow.waitFor(Go)
        return `left ${from}`
      })
      await deploy(log, before, begin(before))
      const app = await log.app({ reactors: [after] })
      const run = app.workflow(after, "1")
      await run.signal(Go)
      await app.drain()
      deepEqual(await run.wait(), { status: "completed", output: "left LIS" })
      deepEqual(did, ["LIS-OPO"])
    })

    it("code of a higher version lets runs that were begun before go the old way, and new ones the new [S47.h]", async () => {
      const log = await openLog(backend)
      const { did, release } = releases()
      const old = release(async (flow, { book, pay }) => [await book("1"), await flow.sleep(HOUR_MS), await pay("1")])
      await deploy(log, old, begin(old))
      const next = release(async (flow, { book, pay, insure }) => {
        const who = flow.id
        if (flow.version >= 2) await insure(who)
        await book(who)
        await flow.sleep(HOUR_MS)
        await pay(who)
      }, 2)
      const app = await log.app({ reactors: [next] })
      await app.startWorkflow(next, null, { id: "2" })
      await app.drain()
      await log.clock.advance(HOUR_MS)
      await app.drain()
      for (const id of ["1", "2"]) equal((await app.workflow(next, id).wait()).status, "completed")
      deepEqual(did.toSorted(), ["book 1", "book 2", "insure 2", "pay 1", "pay 2"])
    })

    it("a run begun by a newer version waits for a process that knows it [S47.h]", async () => {
      const log = await openLog(backend)
      const { did, release } = releases()
      const code: Parameters<typeof release>[0] = (_, { book }) => book("x")
      const old = release(code)
      const next = release(code, 2)
      const older = await log.app({ reactors: [old] })
      const newer = await log.app({ reactors: [next] })
      await newer.startWorkflow(next, null, { id: "1" })
      await older.drain()
      deepEqual(did, [])
      deepEqual(await older.deadLetters(), [])
      const [lane] = await older.lanes()
      match(lane?.error ?? "", /^WorkflowNewer: order-1 was begun by version 2/)
      await log.clock.advance(5_000)
      await newer.drain()
      equal((await newer.workflow(next, "1").wait()).status, "completed")
    })

    it("a run whose beginning was trimmed away is parked and says so; one that has ended takes late events quietly [S47.h]", async () => {
      const log = await openLog(backend)
      const Waiting = workflow("waiting", (_: null, flow) => flow.waitFor(Go))
      const first = await log.app({ reactors: [Waiting] })
      const cut = await first.startWorkflow(Waiting, null)
      const over = await first.startWorkflow(Waiting, null)
      await over.signal(Go)
      await first.drain()
      await first.trim((await first.stats()).head)
      await first.close()
      const app = await log.app({ reactors: [Waiting] })
      for (const { id } of [cut, over]) await app.workflow(Waiting, id).signal(Go)
      await app.drain()
      const status = await app.workflow(Waiting, cut.id).status()
      match(status.status === "parked" ? status.error : "", /the log no longer holds how it began/)
      equal((await app.workflow(Waiting, over.id).status()).status, "completed")
      equal((await app.deadLetters()).length, 1)
    })

    it("code that waits for something that is no step is parked, and says what to do [S47.h]", async () => {
      const log = await openLog(backend)
      const Outside = workflow("outside", () => new Promise<string>(() => {}))
      const app = await log.app({ reactors: [Outside] })
      const run = await app.startWorkflow(Outside)
      await app.drain()
      const status = await run.status()
      match(
        status.status === "parked" ? status.error : "",
        /^NotDurable: .*waits for something that is no step.*durable\(name, fn\)/,
      )
    })
  })
}
