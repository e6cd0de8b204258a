import { describe, expect, it } from "vitest"

import { claimPartition, codeOf, ensure, event, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** Larger than what Lua writes in plain digits by itself. */
const FAR = 200_000_000_000_000

describe("on redis", () => {
  it("positions beyond 10^14 are as exact as small ones, in every index", async () => {
    const backend = await server.log()
    const log = `{${server.prefix}}:log`
    await backend.append([to("a", event("a"))])
    await server.beside.hset(log, "floor", String(FAR))
    await ensure(backend)
    const messages = ["a", "b", "a"].map((streamId) => event(streamId))
    for (const message of messages) await backend.append([to(message.streamId, message)])
    const { messages: all, head } = await backend.read({ from: "log", limit: 10 })
    expect(all.map(({ position }) => position)).toEqual([1, FAR + 1, FAR + 2, FAR + 3])
    expect(head).toBe(FAR + 3)
    const [found] = (await backend.read({ from: "ids", ids: [messages[2]?.id ?? ""] })).messages
    expect(found).toMatchObject({ position: FAR + 3, version: 3 })
    const settled: number[] = []
    for (let slices = 0; slices < 2; slices += 1) {
      const { lease, scannedTo, messages: slice } = await claimPartition(backend)
      settled.push(...slice.map(({ message }) => message.position))
      await backend.settle({ lease, checkpoint: scannedTo, parts: [] })
    }
    expect(settled.toSorted((a, b) => a - b)).toEqual([1, FAR + 1, FAR + 2, FAR + 3])
    expect(await backend.operator.trim(FAR + 2)).toEqual({ removed: 3, trimmedTo: FAR + 2, heldBackBy: [] })
    expect(await backend.operator.stats()).toMatchObject({ messages: 1, head: FAR + 3, streams: 2 })
    await backend.append([to("a", event("a"))])
    const { messages: left } = await backend.read({ from: "streams", streams: [{ streamId: "a" }], limit: 10 })
    expect(left.map(({ version }) => version)).toEqual([3, 4])
  })

  it("a key of the log that holds something else refuses the append as a whole, before its first write", async () => {
    const backend = await server.log()
    await backend.append([to("a", event("a"))])
    const before = await server.beside.hgetall(`{${server.prefix}}:log`)
    for (const key of ["t:noted", "recent", "heads", "s:b"]) {
      const name = `{${server.prefix}}:${key}`
      const held = await server.beside.dumpBuffer(name)
      await server.beside.del(name)
      await server.beside.sadd(name, "theirs")
      expect([key, await codeOf(backend.append([to("a", event("a")), to("b", event("b"))]))]).toEqual([key, "corrupt"])
      expect(await server.beside.hgetall(`{${server.prefix}}:log`)).toEqual(before)
      await server.beside.del(name)
      if (held !== null) await server.beside.restore(name, 0, held)
    }
    expect((await backend.append([to("a", event("a"))]))[0]).toMatchObject({ kind: "appended", position: 2 })
  })

  it("a reset gets through while workers claim and settle without a pause", async () => {
    const backend = await server.log({ partitions: 2 })
    const other = server.open()
    await ensure(backend)
    for (let at = 0; at < 200; at += 1) await backend.append([to(`s-${at % 20}`, event(`s-${at % 20}`))])
    let working = true
    const work = async (): Promise<void> => {
      while (working) {
        const slice = await other.claim({
          owner: { processName: "other", bootId: "o" },
          groups: [{ group: "g", types: ["noted"], limit: 1 }],
          leaseMs: 60_000,
        })
        if (slice.kind !== "slice" || slice.source !== "partition") continue
        await other.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [] })
      }
    }
    const workers = [work(), work()]
    for (let resets = 0; resets < 10; resets += 1) await backend.operator.resetGroup("g", { at: "beginning" })
    working = false
    await Promise.all(workers)
    await backend.operator.resetGroup("g", { at: "beginning" })
    expect((await backend.operator.groups(["g"]))[0]?.lag).toBe(200)
  })

  it("streams of other planes than the basic one keep the order of code units", async () => {
    const backend = await server.log()
    const names = ["a", "\u{1F600}", "\uFF5E", "b"]
    for (const name of names) await backend.append([to(name, event(name))])
    const listed = await backend.operator.streams({ by: "id", limit: 10 })
    expect(listed.map(({ streamId }) => streamId)).toEqual(names.toSorted())
  })
})
