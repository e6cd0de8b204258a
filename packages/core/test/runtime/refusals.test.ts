import { describe, expect, it } from "vitest"

import { type Backend, createApp, event, memoryBackend, openBackend } from "../../src/index.ts"

const Ground = event("mill.ground")

/** A memory backend whose appends wait until they are let through. */
function slow(): { readonly backend: Backend; readonly letThrough: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const memory = memoryBackend()
  const backend: Backend = {
    ...memory,
    append: async (appends) => {
      await promise
      return memory.append(appends)
    },
  }
  return { backend, letThrough: resolve }
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
})

describe("a URL that names no storage", () => {
  it.each([
    ["paper", '"paper" names no storage'],
    ["paper:shop", "@millrace/paper"],
  ])("%s is refused with what to do", async (url, says) => {
    const opened = openBackend(url)
    await expect(opened).rejects.toThrow(says)
    await expect(opened).rejects.toMatchObject({ code: "backend-not-found" })
  })
})
