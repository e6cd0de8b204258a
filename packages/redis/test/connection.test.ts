import type { Capabilities } from "@millrace/core/backend"
import { Redis } from "ioredis"
import { describe, expect, it } from "vitest"

import { open, redisBackend } from "../src/index.ts"
import { claimPartition, codeOf, ensure, event, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

describe("on redis", () => {
  it("a client of the user's own is used, and stays open", async () => {
    const client = new Redis(server.url)
    const backend = redisBackend(client, { prefix: server.prefix })
    await backend.migrate()
    await backend.append([to("a", event("a"))])
    await backend.close()
    expect(client.status).toBe("ready")
    expect(await client.hget(`{${server.prefix}}:log`, "head")).toBe("1")
    client.disconnect()
  })

  it("a client that changes the names of keys is refused", () => {
    const client = new Redis(server.url, { keyPrefix: "shop:", lazyConnect: true })
    expect(() => redisBackend(client)).toThrow(/keyPrefix/)
  })

  it("capabilities tell how durable the server is, and warn of a policy that could drop the log", async () => {
    const backend = await server.log()
    const risksOf = ({ risks = [] }: Capabilities) => risks.map(({ what }) => what.replace(/:.*/, ""))
    expect(backend.capabilities.durability).toMatch(/appendfsync no: .*no replica; maxmemory-policy noeviction/)
    expect(risksOf(backend.capabilities)).toEqual(["appendfsync is no"])
    await server.beside.config("SET", "appendfsync", "always")
    await server.beside.config("SET", "maxmemory", "1gb")
    await server.beside.config("SET", "maxmemory-policy", "allkeys-lru")
    try {
      const { capabilities } = await server.log()
      expect(capabilities.durability).toMatch(/appendfsync always.*allkeys-lru may drop the log/)
      expect(risksOf(capabilities)).toEqual(["maxmemory-policy is allkeys-lru"])
    } finally {
      await server.beside.config("SET", "maxmemory-policy", "noeviction")
      await server.beside.config("SET", "maxmemory", "0")
      await server.beside.config("SET", "appendfsync", "no")
    }
  })

  it("a log whose head is below one that was seen is reported, and neither positions nor tokens are used again", async () => {
    const backend = await server.log()
    await ensure(backend)
    for (let at = 0; at < 3; at += 1) await backend.append([to("a", event("a"))])
    const { lease } = await claimPartition(backend)
    const key = `{${server.prefix}}:log`
    await server.beside.hset(key, "head", "2", "tokens", "0", "server", "another start")
    await server.beside.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    await expect.poll(() => codeOf(backend.append([to("b", event("b"))]))).toBe("nothing thrown")
    const { head } = await backend.read({ from: "log", limit: 1 })
    expect(head).toBeGreaterThan(1_000_000_000)
    expect(backend.capabilities.durability).toMatch(/answered writes were lost 1 times, last .* 3 to 3/)
    expect(backend.capabilities.risks?.at(-1)?.what).toMatch(/answered writes were lost 1 times, last .* 3 to 3/)
    await backend.settle({ lease, checkpoint: 0, parts: [] })
    expect((await claimPartition(backend)).lease.token).toBeGreaterThan(1_000_000_000)
  })

  it("a URL names the log; what it can not be is refused before anything is opened", async () => {
    const backend = open(`${server.url}?prefix=${server.prefix}&cluster=0`)
    await backend.migrate()
    expect((await backend.operator.stats()).name).toBe(server.prefix)
    await backend.close()
    for (const prefix of ["", "a{b}", "a*", "x".repeat(61)])
      expect(() => redisBackend(server.url, { prefix })).toThrow(/prefix/)
    expect(() => redisBackend(server.url, { partitions: 0 })).toThrow(/partitions/)
  })

  it("a server that can not be reached is said to be away, in time", async () => {
    const backend = redisBackend("redis://127.0.0.1:1", { connectTimeoutMs: 200 })
    expect(await codeOf(backend.migrate())).toBe("unavailable")
    await backend.close()
  })
})
