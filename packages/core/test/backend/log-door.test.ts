import { describe, expect, it } from "vitest"

import { BackendError, openDoor } from "../../src/backend/index.ts"

const closed = (): BackendError => new BackendError("closed", "this backend was closed")
const inOurWords = (error: unknown): Error =>
  error instanceof BackendError ? error : new BackendError("unavailable", String(error))

/** A door to a log that is there once `there` says so, and how often it was looked at. */
function doorTo(log: { there: boolean; looks: number }) {
  const look = async (): Promise<void> => {
    log.looks += 1
    if (!log.there) throw new BackendError("not-migrated", "there is no log yet")
  }
  return openDoor({ look, closed, inOurWords })
}

describe("the door of a log", () => {
  it("looks at the log once, however many calls there are, and again after it was forgotten", async () => {
    const log = { there: true, looks: 0 }
    const door = doorTo(log)
    await Promise.all([door.use(async () => 1), door.use(async () => 2)])
    expect(log.looks).toBe(1)
    door.forget()
    expect(await door.use(async () => "done")).toBe("done")
    expect(log.looks).toBe(2)
  })

  it("lets a call in as soon as the log is there, and migrate before", async () => {
    const log = { there: false, looks: 0 }
    const door = doorTo(log)
    await expect(door.use(async () => "read")).rejects.toMatchObject({ code: "not-migrated" })
    await door.useUnseen(async () => void (log.there = true))
    expect(await door.use(async () => "read")).toBe("read")
  })

  it("says what a call throws in the contract's words", async () => {
    const door = doorTo({ there: true, looks: 0 })
    const refused = door.use(async () => {
      throw new TypeError("socket hang up")
    })
    await expect(refused).rejects.toMatchObject({ code: "unavailable", message: "TypeError: socket hang up" })
  })

  it("is closed once, and lets nobody in afterwards, nor who still waits for the look", async () => {
    let ends = 0
    const looked = Promise.withResolvers<void>()
    const door = openDoor({ look: () => looked.promise, closed, inOurWords })
    const waiting = door.use(async () => "too late")
    const end = async (): Promise<void> => void (ends += 1)
    await Promise.all([door.close(end), door.close(end)])
    expect(ends).toBe(1)
    looked.reject(new Error("connection ended"))
    await expect(waiting).rejects.toMatchObject({ code: "closed" })
    await expect(door.use(async () => "later")).rejects.toMatchObject({ code: "closed" })
    await expect(door.useUnseen(async () => "later")).rejects.toMatchObject({ code: "closed" })
  })
})
