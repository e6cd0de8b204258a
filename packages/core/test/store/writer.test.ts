import { setImmediate as nextTurn } from "node:timers/promises"

import { describe, expect, it } from "vitest"

import type { Append, Verdict } from "../../src/backend/append.ts"
import { createWriter } from "../../src/store/writer.ts"

const CALLERS = 8
const ROUNDS = 20
const HOPS = 5

const NOTHING: Append = { streams: [] }

/** A storage that stores each call within a turn of the event loop, and how many appends each brought. */
function storage(appendsAtOnce: number) {
  const sizes: number[] = []
  return {
    sizes,
    capabilities: { maxBatch: 1_000, appendsAtOnce },
    async append(appends: readonly Append[]): Promise<readonly Verdict[]> {
      sizes.push(appends.length)
      await nextTurn()
      return appends.map(() => ({ kind: "appended", firstPosition: 0, position: 0, streams: [] }))
    },
  }
}

function writerOn(target: ReturnType<typeof storage>) {
  return createWriter(target, {
    queuedAppends: 1_000,
    queuedBytes: 1e9,
    waitingAppends: 1_000,
    waitingBytes: 1e9,
    whenFull: "wait",
    writeTries: 1,
    pause: async () => {},
    monotonicNow: () => performance.now(),
    nextTurn: (run) => void setImmediate(run),
  })
}

describe("the writer", () => {
  it("puts a lone append on its way at once", async () => {
    const target = storage(1)
    const stored = writerOn(target).submit(NOTHING)
    await Promise.resolve()
    await Promise.resolve()
    expect(target.sizes).toEqual([1])
    await stored
  })

  it("brings callers together again who were parted: they do not take turns in smaller groups for ever", async () => {
    const target = storage(1)
    const writer = writerOn(target)
    const call = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await writer.submit(NOTHING)
        // What lies between a caller and the writer.
        for (let hop = 0; hop < HOPS; hop += 1) await Promise.resolve()
      }
    }
    const first = Array.from({ length: CALLERS / 2 }, call)
    await Promise.resolve()
    await Promise.resolve()
    // The first batch is away without these.
    expect(target.sizes).toEqual([CALLERS / 2])
    await Promise.all([...first, ...Array.from({ length: CALLERS / 2 }, call)])
    expect(target.sizes.filter((size) => size === CALLERS).length).toBeGreaterThanOrEqual(ROUNDS - 2)
  })
})
