import { deepEqual, equal } from "node:assert/strict"

import { type App, AppendNext, type Backend, handler, retryOnError } from "@millrace/core"
import { describe, it } from "vitest"

import { testClock } from "../../src/test-clock.ts"
import { backends } from "../backends.ts"
import { type Call, interceptBackend, mortal } from "../intercept-backend.ts"
import { oneOf } from "../one-of.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { recorder } from "../recorder.ts"
import { AddItem, Cart, ItemAdded, OrderPlaced } from "../shop.ts"
import { travelUntil } from "../travel-until.ts"

const SEEDS = [1, 2, 3, 4, 5, 6]
const STEPS = 40
const CARTS = ["cart-1", "cart-2", "cart-3", "cart-4"]
const LEASE_MS = 30_000

/** Whole numbers below a bound, the same ones for the same seed. */
function dice(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % below
  }
}

/** What a worker works with: a process that dies at a random call, before or after it has reached the storage. */
function doomed(connected: Backend, roll: (below: number) => number): Backend {
  let left = 2 + roll(12)
  const after = roll(2) === 1
  const process = mortal(
    interceptBackend(connected, async ({ run }: Call) => {
      left -= 1
      if (left > 0) return run()
      if (!after) process.kill()
      const result = after ? await run() : undefined
      process.kill()
      return result
    }),
  )
  return process.backend
}

/** Whatever fails is tried again, also what was in hand when several workers in a row died. */
const errorStrategy = retryOnError({ times: 1_000, afterMs: 500, backoff: (afterMs) => afterMs })

/** The reactors of a worker: the carts, copies of their items one by one, and a flaky follower of the copies. */
function reactors(roll: (below: number) => number) {
  const copier = handler("copier").on(ItemAdded, (item) => {
    if (roll(6) === 0) throw new Error("a bad moment")
    return [OrderPlaced(`copy-${item.streamId}`).withMetadata({ of: item.payload.productId })]
  })
  const follower = recorder("follower", [OrderPlaced], {
    handle: ({ streamId, metadata }) => {
      if (!streamId.startsWith("copy-")) return undefined
      if (roll(6) === 0) throw new Error("a bad moment")
      return AppendNext([OrderPlaced(`end-of-${streamId}`).withMetadata({ of: metadata["of"] ?? null })])
    },
  })
  return [Cart, copier, follower] as const
}

/** One worker works until it is done or dead. Its own clock stands still, as a dead process's does. */
async function work(log: TestLog, roll: (below: number) => number): Promise<void> {
  const backend = doomed(await log.connect(), roll)
  const app = log.app({
    reactors: reactors(roll),
    errorStrategy,
    backend,
    unclosed: true,
    clock: testClock(log.clock.now()),
  })
  void app.then((worker) => worker.drain()).catch(() => {})
  await log.clock.settle()
  await log.clock.settle()
}

/** Everything that waits is handled by a worker that lives. */
async function finish(log: TestLog, worker: App<Awaited<ReturnType<typeof reactors>>[number]>): Promise<void> {
  for (let look = 0; look < 60; look += 1) {
    await log.clock.jump(20 * LEASE_MS)
    await travelUntil(log.clock, worker.drain())
    const groups = await worker.groups()
    if (groups.every(({ lag }) => lag === 0)) return
  }
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it.each(SEEDS)(
      "whatever dies and fails, every command is decided once, and every event is answered once and in order (seed %i) [lesson 1 lesson 7 lesson 29 lesson 43 lesson 46]",
      async (seed) => {
        const roll = dice(seed)
        const log = await openLog(backend)
        const survivor = await log.app({ reactors: reactors(roll), errorStrategy })
        const asked: string[] = []
        for (let step = 0; step < STEPS; step += 1) {
          const item = { productId: `p${step}`, quantity: 1 }
          const cart = oneOf(CARTS, roll(CARTS.length))
          switch (roll(5)) {
            case 0:
            case 1:
              await survivor.dispatch(AddItem(cart, item))
              asked.push(item.productId)
              break
            case 2:
              await survivor.execute(AddItem(cart, item))
              asked.push(item.productId)
              break
            case 3:
              await work(log, roll)
              break
            default:
              await log.clock.jump(roll(3) * LEASE_MS)
          }
        }
        await finish(log, survivor)
        const added: string[] = []
        for (const cart of CARTS) {
          const items = (await survivor.readStream(cart)).map(({ payload }) => productOf(payload))
          added.push(...items)
          for (const stream of [`copy-${cart}`, `end-of-copy-${cart}`]) {
            deepEqual(
              (await survivor.readStream(stream)).map(({ metadata }) => metadata["of"]),
              items,
              stream,
            )
          }
        }
        deepEqual(added.toSorted(), asked.toSorted())
        equal((await survivor.groups()).filter(({ status }) => status === "stopped").length, 0)
      },
    )
  })
}

function productOf(payload: unknown): string {
  return typeof payload === "object" && payload !== null && "productId" in payload ? String(payload.productId) : "?"
}
