import { deepEqual, equal, match, ok } from "node:assert/strict"

import { currentStep, durable, StepFailed, workflow } from "@millrace/core"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { gate } from "../gate.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { travelUntil } from "../travel-until.ts"

class NoSuchFlight extends Error {
  override readonly name = "NoSuchFlight"
}

/** A step that fails its first `failures` times, and notes when it was tried. */
function flaky(log: TestLog, failures: number, options: Parameters<typeof durable>[2] = {}) {
  const tries: { readonly at: number; readonly attempt: number; readonly key: string }[] = []
  const began = log.clock.now()
  const step = durable(
    "flaky",
    () => {
      const { attempt, idempotencyKey } = currentStep()
      tries.push({ at: log.clock.now() - began, attempt, key: idempotencyKey })
      if (tries.length <= failures) throw new Error(`try ${tries.length}`)
      return tries.length
    },
    options,
  )
  return { step, tries }
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("a failing step waits longer before each retry and gets one idempotency key for all of them [S47.d lesson 14]", async () => {
      const log = await openLog(backend)
      const { step, tries } = flaky(log, 2)
      const Try = workflow("trying", () => step())
      const app = await log.app({ reactors: [Try] })
      const run = await app.startWorkflow(Try, undefined, { id: "1" })
      await app.drain()
      equal(tries.length, 1, "nothing is retried at once")
      await log.clock.advance(999)
      await app.drain()
      equal(tries.length, 1, "nor a moment too early")
      await log.clock.advance(1)
      await app.drain()
      await log.clock.advance(2_000)
      await app.drain()
      equal((await run.wait()).output, 3)
      deepEqual(
        tries.map(({ at, attempt }) => [at, attempt]),
        [
          [0, 1],
          [1_000, 2],
          [3_000, 3],
        ],
      )
      equal(new Set(tries.map(({ key }) => key)).size, 1)
    })

    it("a step is not retried for ever: when its retries are spent it fails, and the code may go another way [S47.d lesson 14]", async () => {
      const log = await openLog(backend)
      const { step, tries } = flaky(log, 9, { retries: 2, afterMs: 10, backoff: (afterMs, n) => afterMs * n })
      const Try = workflow("trying", async () => {
        try {
          return await step()
        } catch (error) {
          ok(error instanceof StepFailed)
          return [error.step, error.attempts, error.failure.message]
        }
      })
      const app = await log.app({ reactors: [Try] })
      const run = await app.startWorkflow(Try)
      for (let round = 0; round < 5; round += 1) {
        await app.drain()
        await log.clock.advance(20)
      }
      deepEqual((await run.wait()).output, ["flaky#1", 3, "try 3"])
      equal(tries.length, 3)
      deepEqual(await app.scheduled(), [])
    })

    it("an error that no retry can mend fails the step at once, by class or by test [S47.d]", async () => {
      const log = await openLog(backend)
      let tries = 0
      const fail = (): never => {
        tries += 1
        throw new NoSuchFlight("BA9")
      }
      const byClass = durable("by_class", fail, { nonRetryable: [NoSuchFlight] })
      const byTest = durable("by_test", fail, { nonRetryable: (error) => error instanceof NoSuchFlight })
      const Book = workflow("book", (how: string) => (how === "class" ? byClass() : byTest()))
      const app = await log.app({ reactors: [Book] })
      const runs = [await app.startWorkflow(Book, "class"), await app.startWorkflow(Book, "test")]
      await app.drain()
      for (const run of runs) equal((await run.wait()).status, "failed")
      equal(tries, 2)
    })

    it("an attempt that takes too long fails, its signal is aborted, and a retry may do better [S47.d]", async () => {
      const log = await openLog(backend)
      const signals: AbortSignal[] = []
      const slow = gate()
      const call = durable(
        "call",
        async () => {
          signals.push(currentStep().signal)
          if (signals.length === 1) await slow.pass()
          return signals.length
        },
        { timeoutMs: 500, afterMs: 100 },
      )
      const Call = workflow("calling", () => call())
      const app = await log.app({ reactors: [Call] })
      const run = await app.startWorkflow(Call)
      await travelUntil(log.clock, app.drain())
      equal(signals[0]?.aborted, true)
      await log.clock.advance(200)
      await app.drain()
      equal((await run.wait()).output, 2)
      equal(signals[1]?.aborted, false)
      const failed = (await app.readStream(run.streamId)).filter(({ type }) => type === "calling.step_failed")
      deepEqual(
        failed.map(({ payload }) => JSON.stringify(payload).includes("StepTimedOut")),
        [true],
      )
      slow.open()
    })

    it("an output that JSON can not hold fails its step at once, and one whose input can not fails its run [S47.d S47.g]", async () => {
      const log = await openLog(backend)
      const seats = durable("seats", (of: ReadonlyMap<string, number>) => new Set(of.keys()))
      const gives = durable("gives", () => new Map([["BA1", 7]]))
      const Out = workflow("out", async () => void (await gives()))
      const In = workflow("in", async () => void (await seats(new Map())))
      const app = await log.app({ reactors: [Out, In] })
      for (const [Either, what] of [
        [Out, /^the output of gives#1 can not be recorded: JSON can not hold a Map/],
        [In, /^the arguments of seats can not be recorded: JSON can not hold a Map/],
      ] as const) {
        const run = await app.startWorkflow(Either)
        await app.drain()
        const outcome = await run.wait()
        equal(outcome.status === "failed" ? outcome.failure.name : outcome.status, "NotRecordable")
        match(outcome.status === "failed" ? outcome.failure.message : "", what)
      }
    })

    it("a step called twice is two steps, told apart by their order; equal arguments make no difference [S47.c]", async () => {
      const log = await openLog(backend)
      let calls = 0
      const count = durable("count", (of: { readonly a: number; readonly b: number }) => {
        calls += 1
        return of.a + of.b + calls
      })
      const Count = workflow("counting", async () => [await count({ a: 1, b: 2 }), await count({ b: 2, a: 1 })])
      const app = await log.app({ reactors: [Count] })
      const run = await app.startWorkflow(Count)
      await app.drain()
      deepEqual((await run.wait()).output, [4, 5])
    })
  })
}
