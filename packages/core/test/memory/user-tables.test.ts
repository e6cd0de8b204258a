import { describe, expect, it } from "vitest"

import { appendOf, claimPartition, ensure, event, openLog, settle } from "./log.ts"

describe("on memory", () => {
  it("rows that user's work writes are stored with its part, and seen by nobody before [S22.a]", async () => {
    const { backend } = await openLog()
    await ensure(backend)
    await backend.append([appendOf(event("a")), appendOf(event("b"))])
    const slice = await claimPartition(backend)
    const seen: unknown[] = []
    await settle(
      backend,
      slice,
      {
        key: "a",
        from: 1,
        async work(tx) {
          tx.put("totals", "all", 1)
          await Promise.resolve()
          seen.push(backend.rows("totals").size, (await backend.operator.groups())[0]?.lag)
        },
      },
      {
        key: "b",
        from: 2,
        async work(tx) {
          seen.push(tx.get("totals", "all"))
          tx.put("totals", "all", 2)
        },
      },
    )
    expect(seen).toEqual([0, 2, 1])
    expect([...backend.rows("totals")]).toEqual([["all", 2]])
  })

  it("rows of work that throws, or whose effects conflict, are rolled back and not seen by the parts behind [S22.b lesson 15]", async () => {
    const { backend } = await openLog()
    await ensure(backend)
    await backend.append([appendOf(event("a")), appendOf(event("b")), appendOf(event("c")), appendOf(event("d"))])
    const slice = await claimPartition(backend)
    const append = { streams: [{ streamId: "a", expected: 7, messages: [event("a", { type: "made" })] }] }
    const settled = await settle(
      backend,
      slice,
      { key: "a", from: 1, work: async (tx) => tx.put("t", "a", 1), effects: append },
      {
        key: "b",
        from: 2,
        async work(tx) {
          tx.put("t", "b", 1)
          throw new Error("no")
        },
      },
      { key: "c", from: 3, work: async (tx) => tx.put("t", "c", [tx.get("t", "a") ?? null, tx.get("t", "b") ?? null]) },
    )
    expect(settled).toMatchObject({ parts: [{ kind: "conflict" }, { kind: "work-failed" }, { kind: "stored" }] })
    expect([...backend.rows("t")]).toEqual([["c", [null, null]]])
    expect((await backend.operator.stats()).head).toBe(4)
  })

  it("a group in log order keeps no row of a settle that stored nothing [S22.b S25.c]", async () => {
    const { backend } = await openLog()
    await ensure(backend, { order: "log" })
    await backend.append([appendOf(event("a"))])
    const slice = await claimPartition(backend)
    await settle(
      backend,
      slice,
      { key: "*", from: 1, work: async (tx) => tx.put("t", "first", 1) },
      { key: "x", from: 1, work: () => Promise.reject(new Error("no")) },
    )
    expect(backend.rows("t").size).toBe(0)
  })

  it("a tx is refused once its work has ended", async () => {
    const { backend } = await openLog()
    await ensure(backend)
    await backend.append([appendOf(event("a"))])
    let kept: { get(table: string, key: string): unknown } | undefined
    await settle(backend, await claimPartition(backend), { key: "a", from: 1, work: async (tx) => void (kept = tx) })
    expect(() => kept?.get("t", "a")).toThrow("after its work had ended")
  })

  it("writes wait for a settle's work and are stored behind it; reads, beats and longer leases do not wait", async () => {
    const { backend } = await openLog()
    await ensure(backend)
    await backend.append([appendOf(event("a"))])
    const slice = await claimPartition(backend)
    let finish = (): void => {}
    const working = new Promise<void>((resolve) => (finish = resolve))
    const effects = appendOf(event("out", { type: "made" }))
    const settling = settle(backend, slice, { key: "a", from: 1, work: () => working, effects })
    const appending = backend.append([appendOf(event("b"))])
    expect((await backend.read({ from: "log", limit: 9 })).head).toBe(1)
    expect(await backend.extend(slice.lease, 5_000)).toBe(true)
    const owner = { processName: "other", bootId: "other-1" }
    expect(await backend.heartbeat({ kind: "join", owner, facts: { host: "h", pid: 1 }, wants: [] })).toEqual({
      kind: "ok",
    })
    finish()
    await Promise.all([settling, appending])
    const { messages } = await backend.read({ from: "log", limit: 9 })
    expect(messages.map(({ streamId }) => streamId)).toEqual(["a", "out", "b"])
  })
})
