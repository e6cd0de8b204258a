import { describe, expect, it } from "vitest"

import { claimPartition, codeOf, ensure, event, owner, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()
const GROUPS = Array.from({ length: 50 }, (_, at) => `g-${at}`)

describe("on redis", () => {
  it("append, claim, extend and settle are one call each [lesson 41]", async () => {
    const said: string[] = []
    const backend = await server.log({ onCall: (name) => void said.push(name) })
    await ensure(backend)
    await backend.append([to("a", event("a"))])
    const first = await claimPartition(backend)
    await backend.extend(first.lease, 120_000)
    await backend.settle({ lease: first.lease, checkpoint: 1, parts: [] })
    await backend.append([to("a", event("a")), to("b", event("b"))])
    said.length = 0
    await backend.append([to("a", event("a"))])
    const { lease, scannedTo, messages } = await claimPartition(backend)
    await backend.extend(lease, 120_000)
    const effects = to("out", event("out", "made"))
    const parts = [{ key: "a", from: messages[0]?.message.position ?? 0, effects }]
    expect((await backend.settle({ lease, checkpoint: scannedTo, parts })).kind).toBe("settled")
    expect(said).toEqual(Array.from({ length: 4 }, () => "EVALSHA"))
  })

  it("an idle process of 50 groups costs one call a poll, one a beat and one a look at the schedules, whatever the log's length [lesson 20]", async () => {
    const said: string[] = []
    const backend = await server.log({ onCall: (name) => void said.push(name) })
    for (const group of GROUPS) await ensure(backend, group)
    const wants = GROUPS.map((group) => ({ group, types: ["noted"] }))
    const groups = GROUPS.map((group) => ({ group, types: ["noted"], limit: 100 }))
    const facts = { host: "h", pid: 1 }
    await backend.heartbeat({ kind: "join", owner, facts, wants })
    const costs: number[][] = []
    for (const size of [0, 3_000]) {
      for (let at = 0; at < size; at += 250)
        await backend.append([to("a", ...Array.from({ length: 250 }, () => event("a", "other")))])
      const cost: number[] = []
      for (const call of [
        () => backend.claim({ owner, groups, leaseMs: 1_000 }),
        () => backend.heartbeat({ kind: "beat", owner, facts, wants }),
        () => backend.promote(10),
      ]) {
        await call()
        said.length = 0
        await call()
        cost.push(said.length)
      }
      costs.push(cost)
    }
    expect(costs).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ])
  })

  it("a claim for many busy groups is cut into scripts that each look at some, and hands out the oldest of all", async () => {
    const said: string[] = []
    const backend = await server.log({ partitions: 32, onCall: (name) => void said.push(name) })
    const streams = Array.from({ length: 200 }, (_, at) => `s-${at}`)
    for (const group of GROUPS.slice(0, 20)) await ensure(backend, group)
    await backend.append(streams.map((stream) => to(stream, event(stream))))
    const groups = GROUPS.slice(0, 20).map((group) => ({ group, types: ["noted"], limit: 1 }))
    const counts: number[] = []
    for (let claims = 0; claims < 2; claims += 1) {
      said.length = 0
      const slice = await backend.claim({ owner, groups, leaseMs: 60_000 })
      expect(slice.kind === "slice" && slice.messages[0]?.message.position).toBe(1)
      counts.push(said.length)
    }
    expect(counts).toEqual([3, 1])
  })

  it("an error of our own code comes through as it is, and is not taken for the server's", async () => {
    const defect = new TypeError("a defect")
    let broken = false
    const backend = await server.log({
      onCall() {
        if (broken) throw defect
      },
    })
    broken = true
    await expect(backend.append([to("a", event("a"))])).rejects.toBe(defect)
  })

  it("a call made while another is away takes no effect when that one takes none, and may be made again", async () => {
    const backend = await server.log()
    await server.beside.sadd(`{${server.prefix}}:t:taken`, "theirs")
    const appends = [[to("a", event("a", "taken"))], [to("a", event("a"))], [to("b", event("b"))]]
    const codes = await Promise.all(appends.map((some) => codeOf(backend.append(some))))
    expect(codes).toEqual(["corrupt", "unavailable", "unavailable"])
    expect((await backend.operator.stats()).messages).toBe(0)
    expect(await codeOf(backend.append(appends[1] ?? []))).toBe("nothing thrown")
  })

  it("a server that forgets its scripts is told them again", async () => {
    const backend = await server.log()
    await server.beside.script("FLUSH")
    expect((await backend.append([to("a", event("a"))]))[0]?.kind).toBe("appended")
  })
})
