import { describe, expect, it } from "vitest"

import { DefinitionError, MAX_RETRY_AFTER_MS, parkOnError, retryOnError, stopOnError } from "../../src/index.ts"
import { apple, ItemAdded } from "../actor/cart.ts"
import { shelf } from "./shelf.ts"

const [stored] = shelf().put(ItemAdded("cart-1", apple))
if (stored === undefined) throw new Error("one message was put")
const message = stored
const error = new RangeError("too far")
const failed = (attempt: number) => ({ name: "carts", attempt, now: 1_000 })

describe("an error strategy", () => {
  it("stops, or parks, at the first error", async () => {
    expect(await stopOnError()(error, message, failed(1))).toEqual({ kind: "stop" })
    expect(await parkOnError()(error, message, failed(1))).toEqual({ kind: "park" })
  })

  it("retries with the waits that its backoff says, and stops after the last", async () => {
    const strategy = retryOnError({ times: 3, afterMs: 5, backoff: (afterMs, n) => afterMs * n })
    const decisions = []
    for (const attempt of [1, 2, 3, 4]) decisions.push(await strategy(error, message, failed(attempt)))
    expect(decisions).toEqual([
      { kind: "retry", at: 1_005 },
      { kind: "retry", at: 1_010 },
      { kind: "retry", at: 1_015 },
      { kind: "stop" },
    ])
  })

  it("doubles its waits unless told otherwise, up to a day", async () => {
    const strategy = retryOnError({ times: 99 })
    expect(await strategy(error, message, failed(1))).toEqual({ kind: "retry", at: 2_000 })
    expect(await strategy(error, message, failed(3))).toEqual({ kind: "retry", at: 5_000 })
    expect(await strategy(error, message, failed(60))).toEqual({ kind: "retry", at: 1_000 + MAX_RETRY_AFTER_MS })
  })

  it("parks after the last retry where it is told to", async () => {
    expect(await retryOnError({ times: 0, giveUp: "park" })(error, message, failed(1))).toEqual({ kind: "park" })
  })

  it("takes the share of its waits that jitter says at random", async () => {
    const strategy = retryOnError({ afterMs: 1_000, jitter: 0.5, random: (_message, n) => (n === 1 ? 0 : 0.5) })
    expect(await strategy(error, message, failed(1))).toEqual({ kind: "retry", at: 2_000 })
    expect(await strategy(error, message, failed(2))).toEqual({ kind: "retry", at: 2_500 })
  })

  it("spreads its jitter by message without being given randomness, the same each time", async () => {
    const strategy = retryOnError({ afterMs: 1_000, jitter: 1 })
    const waits = new Set<string>()
    for (let n = 0; n < 50; n += 1) {
      const decision = await strategy(error, { ...message, id: `id-${n}` }, failed(1))
      expect(decision).toEqual(await strategy(error, { ...message, id: `id-${n}` }, failed(1)))
      if (decision.kind !== "retry") throw new Error("a first failure is tried again")
      expect(decision.at).toBeGreaterThanOrEqual(1_000)
      expect(decision.at).toBeLessThanOrEqual(2_000)
      waits.add(`${decision.at}`)
    }
    expect(waits.size).toBeGreaterThan(40)
  })

  it("tells of each retry and of the end, with the original error", async () => {
    const told: unknown[] = []
    const strategy = retryOnError({
      times: 1,
      onRetry: (n, what, of, later) => void told.push([n, what, of.id, later.getTime()]),
      onStop: (what, of) => void told.push([what, of.id]),
    })
    await strategy(error, message, failed(1))
    await strategy(error, message, failed(2))
    expect(told).toEqual([
      [1, error, message.id, 2_000],
      [error, message.id],
    ])
  })

  it("refuses options that mean nothing", () => {
    for (const options of [{ times: -1 }, { times: 1.5 }, { afterMs: -1 }, { jitter: 2 }, { jitter: Number.NaN }]) {
      expect(() => retryOnError(options)).toThrow(DefinitionError)
    }
  })
})
