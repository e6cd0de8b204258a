import { describe, expect, it } from "vitest"

import { claimed, claimPartition, codeOf, ensure, event, owner, serverForTests, to } from "./log-for-tests.ts"

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

  it("a parked lane costs its partition nothing: claims and settles beside it stay one call each", async () => {
    for (const streamId of ["a", "\u{1F600}"]) {
      const said: string[] = []
      const backend = await server.log({
        partitions: 1,
        prefix: `${server.prefix}-${streamId.length}`,
        onCall: (name) => void said.push(name),
      })
      await ensure(backend)
      await backend.append([to(streamId, event(streamId))])
      const first = await claimPartition(backend)
      const deferral = { as: "park", position: 1, failures: 1 } as const
      await backend.settle({ lease: first.lease, checkpoint: 1, parts: [{ key: streamId, from: 1, deferral }] })
      await backend.append([to(streamId, event(streamId)), to("b", event("b"))])
      said.length = 0
      const { lease, messages, skipped, scannedTo } = await claimPartition(backend)
      expect(messages.map(({ message }) => message.streamId)).toEqual(["b"])
      expect(skipped).toEqual([{ key: streamId, position: 2 }])
      const parts = [{ key: "b", from: 3 }]
      expect(await backend.settle({ lease, checkpoint: scannedTo, skipped, parts })).toMatchObject({ kind: "settled" })
      expect(said).toEqual(["EVALSHA", "EVALSHA"])
      expect(await codeOf(backend.operator.retryLanes("g"))).toBe("nothing thrown")
      const retried = await backend.claim({
        owner: { processName: "p", bootId: "b" },
        groups: [{ group: "g", types: ["noted"], limit: 9 }],
        leaseMs: 1_000,
      })
      if (retried.kind !== "slice") throw new Error("the lane is not due")
      expect(retried.messages.map(({ message }) => message.position)).toEqual([1, 2])
    }
  })

  it("a due lane is looked up in its own partition, and holds up nothing that has waited longer", async () => {
    const said: string[] = []
    const backend = await server.log({ onCall: (name) => void said.push(name) })
    for (const group of ["g", "h"]) await ensure(backend, group)
    const groups = ["g", "h"].map((group) => ({ group, types: ["noted"], limit: 1 }))
    const claim = () => backend.claim({ owner, groups, leaseMs: 60_000 })
    await backend.append([to("a", event("a"))])
    await backend.append([to("b", event("b"))])
    const settled = await claimPartition(backend, "g")
    await backend.settle({ lease: settled.lease, checkpoint: settled.scannedTo, parts: [] })
    const failed = await claimPartition(backend, "g")
    const deferral = { as: "retry", position: 2, failures: 1, retryAt: 0 } as const
    await backend.settle({ lease: failed.lease, checkpoint: 2, parts: [{ key: "b", from: 2, deferral }] })
    said.length = 0
    const first = await claim()
    expect(first).toMatchObject({ group: "h", source: "partition", messages: [{ message: { position: 1 } }] })
    expect(said).toEqual(["EVALSHA"])
    await server.beside.config("RESETSTAT")
    const lane = await claim()
    expect(lane).toMatchObject({ group: "g", source: "lanes", messages: [{ message: { position: 2 } }] })
    const hashes = Number(/cmdstat_hmget:calls=(\d+)/.exec(await server.beside.info("commandstats"))?.[1])
    expect(hashes).toBeLessThan(20)
    expect(said.length).toBeLessThan(8)
  })

  it("a settle that left a stream to a lane which has closed meanwhile opens it again", async () => {
    const backend = await server.log({ partitions: 1 })
    await ensure(backend)
    await backend.append([to("a", event("a"))])
    const first = await claimPartition(backend)
    const deferral = { as: "park", position: 1, failures: 1 } as const
    await backend.settle({ lease: first.lease, checkpoint: 1, parts: [{ key: "a", from: 1, deferral }] })
    await backend.append([to("a", event("a"))])
    const { lease, skipped, scannedTo } = await claimPartition(backend)
    await backend.operator.discardLane("g", "a")
    expect(await backend.operator.lanes({ group: "g" })).toEqual([])
    await backend.settle({ lease, checkpoint: scannedTo, skipped, parts: [] })
    expect(await backend.operator.lanes({ group: "g" })).toMatchObject([{ key: "a", next: 2, status: "retrying" }])
  })

  it("a trim that removes no message takes no idempotency key, and one that removes them takes all of theirs", async () => {
    const backend = await server.log()
    const keyed = (key: string, fingerprint: string) => ({ streams: [], idempotencyKey: key, fingerprint })
    for (let at = 0; at < 250; at += 1) await backend.append([keyed(`key-${at}`, "one")])
    await backend.operator.trim(1)
    expect(await backend.append([keyed("key-0", "other")])).toMatchObject([{ kind: "refused", code: "key-reused" }])
    await backend.append([to("a", event("a"))])
    await backend.operator.trim(1)
    for (const key of ["key-0", "key-249"])
      expect(await backend.append([keyed(key, "other")])).toMatchObject([{ kind: "appended" }])
  })

  it("an entry that somebody deletes with XDEL is listed as trimmed, wherever it stood, and the group goes on", async () => {
    const backend = await server.log({ partitions: 1 })
    await ensure(backend)
    for (let at = 0; at < 5; at += 1) await backend.append([to("a", event("a"))])
    await server.beside.xdel(`{${server.prefix}}:p:0`, "3-0")
    const { lease, messages, scannedTo } = await claimPartition(backend)
    expect(messages.map(({ message }) => message.position)).toEqual([1, 2, 4, 5])
    await backend.settle({ lease, checkpoint: scannedTo, parts: [] })
    await backend.append([to("a", event("a"))])
    expect((await claimPartition(backend)).messages.map(({ message }) => message.position)).toEqual([6])
    const [group] = await backend.operator.groups(["g"])
    expect(group?.skips.map(({ position, how }) => [position, how])).toEqual([[3, "trimmed"]])
  })

  it("large messages come in slices of about a megabyte, and none is left out between them", async () => {
    const backend = await server.log({ partitions: 1 })
    await ensure(backend)
    const large = { text: "x".repeat(100_000) }
    for (let at = 0; at < 30; at += 1) await backend.append([to("a", { ...event("a"), payload: large })])
    const slices: number[][] = []
    for (let slice = await claimed(backend); slice?.source === "partition"; slice = await claimed(backend)) {
      slices.push(slice.messages.map(({ message }) => message.position))
      await backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [] })
    }
    expect(slices.flat()).toEqual(Array.from({ length: 30 }, (_, at) => at + 1))
    expect(slices.map(({ length }) => length)).toEqual([10, 10, 10])
  })

  it("an entry of a lane that somebody deletes is listed as trimmed before the lane goes on", async () => {
    const backend = await server.log({ partitions: 1 })
    await ensure(backend)
    await backend.append([to("a", event("a")), to("a", event("a", "unwanted")), to("a", event("a"))])
    const { lease, scannedTo } = await claimPartition(backend)
    const deferral = { as: "retry", position: 1, failures: 1, retryAt: 0 } as const
    await backend.settle({ lease, checkpoint: scannedTo, parts: [{ key: "a", from: 1, deferral }] })
    await server.beside.xdel(`{${server.prefix}}:p:0`, "1-0", "2-0")
    const slice = await claimed(backend)
    if (slice?.source !== "lanes") throw new Error("no lane was claimed")
    expect(slice.messages.map(({ message }) => message.position)).toEqual([3])
    await backend.settle({ lease: slice.lease, parts: [{ key: "a", from: 1, doneTo: 3 }] })
    const [group] = await backend.operator.groups(["g"])
    expect(group?.skips.map(({ position, how }) => [position, how])).toEqual([[1, "trimmed"]])
    expect([group?.skipped, group?.lag, group?.retrying]).toEqual([1, 0, 0])
  })

  it("a native group that somebody moves or deletes hands out nothing else", async () => {
    const backend = await server.log({ partitions: 1 })
    const stream = `{${server.prefix}}:p:0`
    await ensure(backend)
    const meddle = [
      () => server.beside.xgroup("SETID", stream, "g", "$"),
      () => server.beside.xgroup("SETID", stream, "g", "0"),
      () => server.beside.xgroup("DESTROY", stream, "g"),
      () => server.beside.xreadgroup("GROUP", "g", "stranger", "COUNT", 2, "STREAMS", stream, ">"),
    ]
    for (const [at, interfere] of meddle.entries()) {
      for (let n = 0; n < 3; n += 1) await backend.append([to("a", event("a"))])
      await interfere()
      const { lease, messages, scannedTo } = await claimPartition(backend)
      expect(messages.map(({ message }) => message.position)).toEqual([1, 2, 3].map((n) => at * 3 + n))
      await backend.settle({ lease, checkpoint: scannedTo, parts: [] })
    }
    // What a stranger has read stays pending for it: that is nobody's work of ours.
    expect(await server.beside.call("XPENDING", stream, "g")).toEqual([2, "10-0", "11-0", [["stranger", "2"]]])
  })

  it("streams of other planes than the basic one keep the order of code units", async () => {
    const backend = await server.log()
    const names = ["a", "\u{1F600}", "\uFF5E", "b"]
    for (const name of names) await backend.append([to(name, event(name))])
    const listed = await backend.operator.streams({ by: "id", limit: 10 })
    expect(listed.map(({ streamId }) => streamId)).toEqual(names.toSorted())
  })
})
