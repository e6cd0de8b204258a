import { deepEqual, equal, ok } from "node:assert/strict"

import { type Backend, durable, event, handler, handlerTime, StepFailed, workflow } from "@millrace/core"
import { describe, it, onTestFinished } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { travelUntil } from "../travel-until.ts"

const STEP_MS = 10_000
const PARTS = ["a", "b", "c"] as const

/** Steps that take `STEP_MS` of the log's time each, and note how many ran at a time. */
function slowSteps(log: TestLog) {
  const seen = { running: 0, most: 0, calls: 0 }
  const time = handlerTime(log.clock)
  const slow = durable("slow", async (part: string) => {
    seen.calls += 1
    seen.running += 1
    seen.most = Math.max(seen.most, seen.running)
    await new Promise<void>((resolve) => void time.setTimer(STEP_MS, resolve))
    seen.running -= 1
    return part.toUpperCase()
  })
  return { slow, seen }
}

/** Drains on the log's time, and tells how long that took in steps' time. */
async function tookSteps(log: TestLog, work: Promise<void>): Promise<number> {
  const began = log.clock.now()
  await travelUntil(log.clock, work)
  return Math.round((log.clock.now() - began) / STEP_MS)
}

/** How many slices a claim has brought. */
function slicesIn(answer: unknown): number {
  if (typeof answer !== "object" || answer === null || !("source" in answer)) return 0
  return "also" in answer && Array.isArray(answer.also) ? 1 + answer.also.length : 1
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("steps one after another take the sum of their times, steps side by side the longest, and are joined in order [S48.a]", async (context) => {
      const log = await openLog(backend)
      const { slow, seen } = slowSteps(log)
      const InTurn = workflow("in_turn", async () => {
        const done: string[] = []
        for (const part of PARTS) done.push(await slow(part))
        return done
      })
      const SideBySide = workflow("side_by_side", (_: null, flow) => flow.all(PARTS.map((part) => slow(part))))
      const app = await log.app({ reactors: [InTurn, SideBySide] })
      const inTurn = await app.startWorkflow(InTurn)
      const sequential = await tookSteps(log, app.drain())
      equal(seen.most, 1)
      const sideBySide = await app.startWorkflow(SideBySide, null)
      const fannedOut = await tookSteps(log, app.drain())
      for (const run of [inTurn, sideBySide]) deepEqual((await run.wait()).output, ["A", "B", "C"])
      await context.annotate(`in turn ${sequential} × ${STEP_MS} ms, side by side ${fannedOut} × ${STEP_MS} ms`)
      deepEqual([sequential, fannedOut, seen.most, seen.calls], [3, 1, 3, 6])
    })

    it("runs that begin while others are in hand are claimed together a moment later where the storage hands out several, unless a group of another kind has work; else at once", async () => {
      const log = await openLog(backend)
      const gate = Promise.withResolvers<void>()
      onTestFinished(() => gate.resolve())
      const did: string[] = []
      const step = durable("step", async (name: string) => {
        did.push(name)
        if (name.startsWith("long")) await gate.promise
      })
      const Step = workflow("one_step", (name: string) => step(name))
      const Told = event("told")
      const tell = handler("tell").on(Told, () => void did.push("told"))
      const slices: number[] = []
      const watched = interceptBackend(await log.connect(), async ({ method, run }) => {
        const answer = await run()
        if (method === "claim") slices.push(slicesIn(answer))
        return answer
      })
      const app = await log.app({ reactors: [Step, tell], backend: watched })
      const start = async (...names: string[]): Promise<void> => {
        for (const name of names) await app.startWorkflow(Step, name, { id: name })
        await log.clock.settle()
      }
      await start("long", "long-2")
      await app.start()
      await log.clock.settle()
      deepEqual(did.toSorted(), ["long", "long-2"])
      const several = backend.name === "postgres"
      equal(slices.includes(2), several)
      const before = slices.length
      await start("a", "b", "c")
      deepEqual(did.slice(2), several ? [] : ["a", "b", "c"])
      equal(slices.length === before, several)
      await log.clock.advance(5)
      deepEqual(did.slice(2).toSorted(), ["a", "b", "c"])
      await start("d")
      equal(did.includes("d"), !several)
      await app.dispatch(Told("all"))
      await log.clock.settle()
      deepEqual(did.slice(5).toSorted(), ["d", "told"])
      // Where claims bring one after another, nothing is waited for any more.
      for (let time = 0; time < 8; time += 1) {
        await start(`alone-${time}`)
        await log.clock.advance(5)
      }
      await start("e")
      equal(did.at(-1), "e")
    })

    it("workflows run side by side as children of one and are joined by it [S48.a S47.e]", async () => {
      const log = await openLog(backend)
      const { slow, seen } = slowSteps(log)
      const Part = workflow("part", async (part: string) => [await slow(part), await slow(`${part}2`)])
      const Whole = workflow("whole", (_: null, flow) => flow.all(PARTS.map((part) => flow.child(Part, part))))
      const app = await log.app({ reactors: [Part, Whole] })
      const run = await app.startWorkflow(Whole, null, { id: "1" })
      equal(await tookSteps(log, app.drain()), 2)
      deepEqual((await run.wait()).output, [
        ["A", "A2"],
        ["B", "B2"],
        ["C", "C2"],
      ])
      equal(seen.most, 3)
      deepEqual(await app.workflow(Part, "1/part#1").status(), { status: "completed", output: ["A", "A2"] })
    })

    it("a timer beside a step begins with it: a run goes on when its time is up, however long the step takes [S48.a S47.e]", async () => {
      const log = await openLog(backend)
      const { slow } = slowSteps(log)
      const Hurried = workflow("hurried", async (_: null, flow) => {
        const began = flow.now().getTime()
        const first = await Promise.race([slow("a"), flow.sleep(STEP_MS / 4)])
        // The deadline of several steps begins long before the last of them.
        const late = flow.sleep(STEP_MS / 2)
        const second = await Promise.race([slow("b"), late])
        return [first ?? "late", second ?? "late", flow.now().getTime() - began]
      })
      const app = await log.app({ reactors: [Hurried] })
      await app.start()
      const run = await app.startWorkflow(Hurried, null)
      const waiting = run.wait({ timeoutMs: 10 * STEP_MS })
      await travelUntil(
        log.clock,
        waiting.then(() => {}),
      )
      const { output } = await waiting
      ok(Array.isArray(output))
      deepEqual(output.slice(0, 2), ["late", "late"])
      ok(Number(output[2]) < STEP_MS, `went on after ${String(output[2])} ms`)
      await travelUntil(log.clock, app.drain())
      deepEqual(await app.deadLetters(), [])
    })

    it("all waits for every call before it throws the first one's error, and a child's failure is its parent's to catch [S47.g]", async () => {
      const log = await openLog(backend)
      const did: string[] = []
      const step = durable("step", (name: string) => void did.push(name))
      const Broken = workflow("broken", () => {
        throw new RangeError("no")
      })
      const Whole = workflow("whole", async (_: null, flow) => {
        try {
          await flow.all([flow.child(Broken), step("beside")])
        } catch (error) {
          ok(error instanceof StepFailed)
          return [error.step, error.failure.name, ...did]
        }
        return []
      })
      const app = await log.app({ reactors: [Broken, Whole] })
      const run = await app.startWorkflow(Whole, null)
      await app.drain()
      deepEqual((await run.wait()).output, ["broken#1", "RangeError", "beside"])
    })

    it("cancelling a run cancels its children [S47.e]", async () => {
      const log = await openLog(backend)
      const Child = workflow("child", (_: null, flow) => flow.sleep(STEP_MS))
      const Parent = workflow("parent", (_: null, flow) => flow.child(Child, null))
      const app = await log.app({ reactors: [Child, Parent] })
      const run = await app.startWorkflow(Parent, null, { id: "1" })
      await app.drain()
      await run.cancel("enough")
      await app.drain()
      deepEqual(await run.wait(), { status: "cancelled", reason: "enough" })
      deepEqual(await app.workflow(Child, "1/child#1").status(), { status: "cancelled" })
      await log.clock.advance(STEP_MS)
      await app.drain()
      deepEqual(await app.deadLetters(), [])
    })

    it("steps side by side are done by several processes, a branch going on while another still runs [S48.a]", async () => {
      const log = await openLog(backend)
      const { slow, seen } = slowSteps(log)
      const quick = durable("quick", (part: string) => part)
      const Branches = workflow("branches", (_: null, flow) => {
        const chain = async (part: string): Promise<string> =>
          (await quick(part)) + (await quick("2")) + (await quick("3"))
        return flow.all([slow("a"), chain("b")])
      })
      const connect = (): Promise<Backend> => log.connect()
      const apps = await Promise.all(
        ["one", "two"].map(async (processName) =>
          log.app({ reactors: [Branches], processName, backend: await connect() }),
        ),
      )
      const [first] = apps
      const run = await first?.startWorkflow(Branches, null)
      const drained = Promise.all(apps.map((app) => app.drain())).then(() => {})
      equal(await tookSteps(log, drained), 1)
      await first?.drain()
      deepEqual((await run?.wait())?.output, ["A", "b23"])
      equal(seen.calls, 1)
    })
  })
}
