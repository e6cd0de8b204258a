import { deepEqual, equal, match, ok } from "node:assert/strict"
import { once } from "node:events"

import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { crowd } from "../processes/start-worker.ts"
import { ItemAdded } from "../shop.ts"

/** An item whose handling takes so many milliseconds. */
const taking = (streamId: string, ms: number) => ItemAdded(streamId, { productId: "p", quantity: ms })

/** Less than the poll of a process. */
const PUSHED_MS = 45_000

for (const backend of backends) {
  if (!backend.shared) continue
  describe(`on ${backend.name}`, () => {
    it("three processes share a group's work: each message once, each stream in order and one at a time [S40.c S41.a S41.b lesson 43]", async () => {
      const log = await openLog(backend, { real: true })
      const writer = await log.app()
      const workers = crowd(urlOf(log))
      await Promise.all(["one", "two", "three"].map((name) => workers.start(name)))
      const streams = Array.from({ length: 24 }, (_, at) => `cart-${at}`)
      for (let round = 0; round < 3; round += 1) {
        await writer.appendToStreams(
          streams.map((streamId) => ({ streamId, messages: [taking(streamId, 5), taking(streamId, 5)] })),
        )
      }
      await workers.until((said) => said.filter(({ event }) => event === "handled").length >= 24 * 6)
      const handled = workers.handled()
      equal(handled.length, 24 * 6)
      for (const streamId of streams) {
        const own = workers.said
          .filter((one) => one.streamId === streamId)
          .map(({ event, version }) => `${event} ${version}`)
        // Began and handled alternate, also where processes follow each other.
        deepEqual(own.toSorted(byVersion), own)
        deepEqual(
          handled.filter((one) => one.startsWith(`${streamId}:`)),
          [1, 2, 3, 4, 5, 6].map((version) => `${streamId}:${version}`),
        )
      }
      const active = new Set(
        workers.said.filter(({ event }) => event === "handled").map(({ processName }) => processName),
      )
      ok(active.size >= 2, `only ${[...active].join()} did anything`)
    })

    // Its poll is a minute, longer than the test may take: whatever comes was pushed.
    it("another process hears of each message without a poll [S40.b lesson 44]", { timeout: PUSHED_MS }, async () => {
      const log = await openLog(backend, { real: true })
      const writer = await log.app()
      const workers = crowd(urlOf(log))
      await workers.start("one")
      await writer.dispatch(taking("cart-0", 0))
      await workers.until(() => workers.handled().length === 1)
      for (let at = 1; at <= 10; at += 1) {
        await writer.dispatch(taking(`cart-${at}`, 0))
        await workers.until(() => workers.handled().length === at + 1)
      }
      equal(workers.handled().length, 11)
    })

    it("SIGTERM lets the running handler finish, settles it, and leaves the rest to others at once [S40.d lesson 39]", async () => {
      const log = await openLog(backend, { real: true })
      const writer = await log.app()
      const workers = crowd(urlOf(log))
      const first = await workers.start("one")
      await writer.dispatch(taking("cart-1", 400))
      await workers.until((said) => said.some(({ event }) => event === "began"))
      const exited = once(first, "exit")
      first.kill("SIGTERM")
      await exited
      equal(first.exitCode, 0)
      deepEqual(workers.handled(), ["cart-1:1"])
      ok(workers.said.some(({ event }) => event === "ended"))
      await writer.dispatch(taking("cart-1", 0))
      await workers.start("two")
      await workers.until(() => workers.handled().length === 2)
      deepEqual(workers.handled(), ["cart-1:1", "cart-1:2"])
    })

    it("SIGINT does the same [S40.d]", async () => {
      const log = await openLog(backend, { real: true })
      const writer = await log.app()
      const workers = crowd(urlOf(log))
      const first = await workers.start("one")
      await writer.dispatch(taking("cart-1", 200))
      await workers.until((said) => said.some(({ event }) => event === "began"))
      const exited = once(first, "exit")
      first.kill("SIGINT")
      await exited
      equal(first.exitCode, 0)
      deepEqual(workers.handled(), ["cart-1:1"])
    })

    it("what a killed process held goes to another when its lease ends, in order and nothing twice in effect [lesson 8 lesson 46]", async () => {
      const log = await openLog(backend, { real: true })
      const writer = await log.app()
      const workers = crowd(urlOf(log))
      const doomed = await workers.start("one", { leaseMs: 1_000 })
      await writer.appendNextToStream("cart-1", [taking("cart-1", 0), taking("cart-1", 0)])
      await workers.until(() => workers.handled().length === 2)
      await writer.appendNextToStream("cart-1", [taking("cart-1", 60_000)])
      await workers.until((said) => said.some(({ event, version }) => event === "began" && version === 3))
      doomed.kill("SIGKILL")
      await workers.start("two", { leaseMs: 1_000 })
      await workers.until((said) =>
        said.some(({ processName, event, version }) => processName === "two" && event === "began" && version === 3),
      )
      equal(workers.said.filter(({ processName, event }) => processName === "two" && event === "began").length, 1)
    })

    it("a process whose name another one answers for ends at once and says why; the one that works goes on [lesson 30]", async () => {
      const log = await openLog(backend, { real: true })
      const writer = await log.app()
      const workers = crowd(urlOf(log))
      await workers.start("one")
      await writer.dispatch(taking("cart-1", 0))
      await workers.until(() => workers.handled().length === 1)
      const { code, errors } = await workers.refused("one")
      equal(code, 1)
      match(errors, /ProcessNameInUse/)
      match(errors, /process name one is in use by process \d+ on .+: give this process another name, or stop that one/)
      await writer.dispatch(taking("cart-1", 0))
      await workers.until(() => workers.handled().length === 2)
      deepEqual(workers.handled(), ["cart-1:1", "cart-1:2"])
    })

    it("a killed process that starts again under its name gets its work at once [lesson 30]", async () => {
      const log = await openLog(backend, { real: true })
      const writer = await log.app()
      const workers = crowd(urlOf(log))
      const doomed = await workers.start("one", { leaseMs: 600_000 })
      await writer.dispatch(taking("cart-1", 60_000))
      await workers.until((said) => said.some(({ event }) => event === "began"))
      const exited = once(doomed, "exit")
      doomed.kill("SIGKILL")
      await exited
      // The lease lasts far longer than the test may take: whatever comes did not wait for its end.
      await workers.start("one", { leaseMs: 600_000 })
      await workers.until((said) => said.filter(({ event }) => event === "began").length === 2)
      deepEqual(workers.handled(), [])
    })
  })
}

function urlOf(log: TestLog): string {
  if (log.url === undefined) throw new Error("this log can not be reached by another process")
  return log.url
}

function byVersion(a: string, b: string): number {
  const [eventA = "", versionA = ""] = a.split(" ")
  const [eventB = "", versionB = ""] = b.split(" ")
  return Number(versionA) - Number(versionB) || eventA.localeCompare(eventB)
}
