import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import { type Backend, createApp, event, memoryBackend } from "../../src/index.ts"

const Ground = event("mill.ground")
const Flour = event("mill.flour", Schema.Struct({ text: Schema.String }))

const KIBIBYTE = 1_024
const text = "x".repeat(KIBIBYTE)

/** A memory backend whose appends wait until they are let through; how many messages each brought. */
function slow(): { readonly backend: Backend; readonly letThrough: () => void; readonly calls: number[] } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const memory = memoryBackend()
  const calls: number[] = []
  const backend: Backend = {
    ...memory,
    append: async (appends) => {
      calls.push(appends.length)
      await promise
      return memory.append(appends)
    },
  }
  return { backend, letThrough: resolve, calls }
}

describe("a write that finds the queue full", () => {
  it("is refused before anything is stored, where that was asked for", async () => {
    const { backend, letThrough } = slow()
    const app = await createApp({ backend, reactors: [], whenFull: "refuse", limits: { queuedAppends: 2 } })
    const waiting = [app.dispatch(Ground("mill-1")), app.dispatch(Ground("mill-1"))]
    await expect(app.dispatch(Ground("mill-1"))).rejects.toMatchObject({ code: "overloaded", waiting: 2 })
    letThrough()
    expect((await Promise.all(waiting)).map(({ position }) => position)).toEqual([1, 2])
    await app.close()
  })

  it("waits behind the others otherwise, and lands", async () => {
    const { backend, letThrough } = slow()
    const app = await createApp({ backend, reactors: [], limits: { queuedAppends: 2 } })
    const waiting = Array.from({ length: 5 }, () => app.dispatch(Ground("mill-1")))
    letThrough()
    expect((await Promise.all(waiting)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5])
    await app.close()
  })

  it("is refused with what to do where as many wait as may, though it was to wait", async () => {
    const { backend, letThrough } = slow()
    const app = await createApp({ backend, limits: { waitingAppends: 3 } })
    const waiting = Array.from({ length: 3 }, () => app.dispatch(Ground("mill-1")))
    const refused = app.dispatch(Ground("mill-1"))
    await expect(refused).rejects.toMatchObject({ name: "Overloaded", code: "overloaded", waiting: 3 })
    await expect(refused).rejects.toThrow("await what you write")
    letThrough()
    expect((await Promise.all(waiting)).map(({ position }) => position)).toEqual([1, 2, 3])
    expect(await app.dispatch(Ground("mill-1"))).toMatchObject({ position: 4 })
    await app.close()
  })

  it.each([
    ["refuse", { queuedBytes: 6 * KIBIBYTE }],
    ["wait", { waitingBytes: 6 * KIBIBYTE }],
  ] as const)("is refused by the memory that others hold, too (%s)", async (whenFull, limits) => {
    const { backend, letThrough } = slow()
    const app = await createApp({ backend, whenFull, limits })
    const waiting = Array.from({ length: 2 }, () => app.dispatch(Flour("mill-1", { text })))
    const refused = app.dispatch(Flour("mill-1", { text }))
    await expect(refused).rejects.toMatchObject({ code: "overloaded", waiting: 2 })
    letThrough()
    expect((await Promise.all(waiting)).map(({ position }) => position)).toEqual([1, 2])
    await app.close()
  })

  it("is taken, however large, while nothing else waits", async () => {
    const app = await createApp({ backend: memoryBackend(), whenFull: "refuse", limits: { queuedBytes: KIBIBYTE } })
    expect(await app.dispatch(Flour("mill-1", { text: text.repeat(8) }))).toMatchObject({ position: 1 })
    await app.close()
  })
})

describe("a group of appends", () => {
  it("is cut where it would hold too many bytes for one call", async () => {
    const { backend, letThrough, calls } = slow()
    const app = await createApp({ backend })
    const large = text.repeat(3 * KIBIBYTE)
    const writes = Array.from({ length: 5 }, () => app.dispatch(Flour("mill-1", { text: large })))
    letThrough()
    await Promise.all(writes)
    expect(calls).toEqual([2, 2, 1])
    await app.close()
  })
})
