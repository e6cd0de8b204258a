import type { Backend } from "@millrace/core/backend"
import { describe, expect, it } from "vitest"

import type { RedisTx } from "../src/index.ts"
import { claimed, claimPartition, codeOf, ensure, event, owner, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** `proto-max-bulk-len` at its default. */
const LONGEST_TEXT = 512 * 1024 * 1024

/** Does something while the server has no memory left. */
async function whileFull(work: () => Promise<void>): Promise<void> {
  await server.beside.config("SET", "maxmemory", "1mb")
  try {
    await work()
  } finally {
    await server.beside.config("SET", "maxmemory", "0")
  }
}

async function twoStreams(): Promise<Backend<RedisTx>> {
  const backend = await server.log({ partitions: 1 })
  await ensure(backend)
  await backend.append([to("a", event("a")), to("b", event("b"))])
  return backend
}

describe("on redis", () => {
  it("a full server lets workers claim, extend and settle what stores nothing, and lets the log be trimmed, so that room can be made", async () => {
    const backend = await twoStreams()
    await whileFull(async () => {
      const { lease, scannedTo } = await claimPartition(backend)
      expect(await backend.extend(lease, 120_000)).toBe(true)
      expect(await backend.settle({ lease, checkpoint: scannedTo, parts: [] })).toMatchObject({ kind: "settled" })
      expect(await backend.operator.trim(1)).toMatchObject({ removed: 1 })
      expect(await backend.operator.trim(2, { force: true })).toMatchObject({ removed: 1 })
    })
  })

  it("a full server lets lanes open, be claimed and close", async () => {
    const backend = await twoStreams()
    await whileFull(async () => {
      const { lease, scannedTo } = await claimPartition(backend)
      const deferral = { as: "retry", position: 1, failures: 1, retryAt: 0 } as const
      await backend.settle({ lease, checkpoint: scannedTo, parts: [{ key: "a", from: 1, deferral }] })
      const slice = await claimed(backend)
      expect(slice?.messages.map(({ message }) => message.position)).toEqual([1])
      if (slice?.source !== "lanes") throw new Error("no lane was claimed")
      const parts = [{ key: "a", from: 1, doneTo: 2 }]
      expect(await backend.settle({ lease: slice.lease, parts })).toMatchObject({ kind: "settled" })
      expect(await backend.operator.lanes()).toEqual([])
    })
  })

  it("a settle with effects is refused as full with nothing stored, and the same settle is taken when there is room", async () => {
    const backend = await twoStreams()
    const { lease, scannedTo } = await claimPartition(backend)
    const settlement = {
      lease,
      checkpoint: scannedTo,
      parts: [{ key: "a", from: 1, effects: to("out", event("out", "made")) }],
    }
    await whileFull(async () => {
      expect(await codeOf(backend.settle(settlement))).toBe("full")
      expect((await backend.operator.groups(["g"]))[0]?.lag).toBe(2)
    })
    expect(await backend.settle(settlement)).toMatchObject({
      kind: "settled",
      parts: [{ kind: "stored", position: 3 }],
    })
  })

  it("a full server takes no lease over: what its holder could not store is not counted against the message", async () => {
    let now = Date.now()
    const backend = await server.log({ partitions: 1, clock: { now: () => now } })
    await ensure(backend)
    await backend.append([to("a", event("a"))])
    await claimPartition(backend)
    now += 120_000
    await whileFull(async () => {
      const request = { owner: { ...owner, processName: "other" }, leaseMs: 60_000 }
      const groups = [{ group: "g", types: ["noted"], limit: 1 }]
      expect(await codeOf(backend.claim({ ...request, groups }))).toBe("full")
    })
    expect((await claimPartition(backend)).takeovers).toBe(1)
  })

  it.each(["t:noted", "s:a"])(
    "an index as long as Redis keeps a text refuses what belongs there as full, and stores nothing of it: %s",
    async (index) => {
      const backend = await twoStreams()
      const key = `{${server.prefix}}:${index}`
      await server.beside.hset(`{${server.prefix}}:log`, "head", 50_000_000)
      await server.beside.setrange(key, LONGEST_TEXT - 12, Buffer.alloc(12))
      try {
        const before = await server.beside.hgetall(`{${server.prefix}}:log`)
        const refused = await codeOf(backend.append([to("b", event("b", "other")), to("a", event("a"))]))
        expect(refused).toBe("full")
        expect(await server.beside.hgetall(`{${server.prefix}}:log`)).toEqual(before)
        expect(await server.beside.exists(`{${server.prefix}}:t:other`)).toBe(0)
        expect(await backend.append([to("b", event("b", "other"))])).toMatchObject([{ kind: "appended" }])
      } finally {
        await server.beside.unlink(key)
      }
    },
  )
})
