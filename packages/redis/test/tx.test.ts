import type { PartVerdict, SettlePart } from "@millrace/core/backend"
import { describe, expect, it } from "vitest"

import type { RedisTx } from "../src/index.ts"
import { claimPartition, ensure, event, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

/** Settles one message with this work; answers the part's verdict. */
async function settleWith(work: NonNullable<SettlePart<RedisTx>["work"]>): Promise<PartVerdict | undefined> {
  const backend = await server.log({ partitions: 1 })
  await ensure(backend)
  await backend.append([to("a", event("a"))])
  const { lease, scannedTo } = await claimPartition(backend)
  const settled = await backend.settle({ lease, checkpoint: scannedTo, parts: [{ key: "a", from: 1, work }] })
  return settled.kind === "settled" ? settled.parts[0] : undefined
}

describe("on redis", () => {
  it("a block reads what is stored, with its own writes on top", async () => {
    const seen: (string | null)[] = []
    const key = `{${server.prefix}}kept`
    await server.beside.set(key, "before")
    const verdict = await settleWith(async (tx) => {
      seen.push(await tx.get(key))
      tx.set(key, "after")
      tx.hSet(tx.key("hash"), { a: 1, b: 2 })
      tx.hDel(tx.key("hash"), "b")
      seen.push(await tx.get(key), await tx.hGet(tx.key("hash"), "a"), await tx.hGet(tx.key("hash"), "b"))
      tx.del(key)
      seen.push(await tx.get(key))
    })
    expect(verdict?.kind).toBe("stored")
    expect(seen).toEqual(["before", "after", "1", null, null])
    expect(await server.beside.exists(key)).toBe(0)
    expect(await server.beside.hgetall(`{${server.prefix}}hash`)).toEqual({ a: "1" })
  })

  it("every command does what its name says", async () => {
    const key = (name: string): string => `{${server.prefix}}${name}`
    const verdict = await settleWith(async (tx) => {
      tx.set(tx.key("text"), "a")
      tx.append(tx.key("text"), "b")
      tx.setNx(tx.key("text"), "c")
      tx.incrBy(tx.key("count"), 3)
      tx.hSet(tx.key("hash"), { a: 1 })
      tx.hIncrBy(tx.key("hash"), "a", 2)
      tx.sAdd(tx.key("set"), "x", "y")
      tx.sRem(tx.key("set"), "x")
      tx.zAdd(tx.key("zset"), 1, "m")
      tx.zIncrBy(tx.key("zset"), 2, "m")
      tx.zAdd(tx.key("zset"), 9, "n")
      tx.zRem(tx.key("zset"), "n")
      tx.lPush(tx.key("list"), "b", "a")
      tx.rPush(tx.key("list"), "c")
      tx.lTrim(tx.key("list"), 0, 1)
      tx.xAdd(tx.key("stream"), { field: "value" })
      tx.set(tx.key("brief"), "x")
      tx.pExpire(tx.key("brief"), 60_000)
    })
    expect(verdict?.kind).toBe("stored")
    const { beside } = server
    expect(await beside.mget(key("text"), key("count"))).toEqual(["ab", "3"])
    expect(await beside.hgetall(key("hash"))).toEqual({ a: "3" })
    expect(await beside.smembers(key("set"))).toEqual(["y"])
    expect(await beside.zscore(key("zset"), "m")).toBe("3")
    expect(await beside.zcard(key("zset"))).toBe(1)
    expect(await beside.lrange(key("list"), 0, -1)).toEqual(["a", "b"])
    expect(await beside.xlen(key("stream"))).toBe(1)
    expect(await beside.pttl(key("brief"))).toBeGreaterThan(0)
  })

  it("a tx used after its block, without values or for numbers that are none is refused by name", async () => {
    let kept: RedisTx | undefined
    await settleWith(async (tx) => {
      kept = tx
      expect(() => tx.sAdd(tx.key("set"))).toThrow(/at least one/)
      expect(() => tx.incrBy(tx.key("count"), 1.5)).toThrow(/whole number/)
    })
    expect(() => kept?.set(kept.key("late"), "x")).toThrow(/over/)
    await expect(kept?.get(kept.key("late"))).rejects.toThrow(/over/)
  })
})
