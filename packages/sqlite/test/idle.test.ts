import { describe, expect, it } from "vitest"

import { event, owner, to } from "./build.ts"
import { freshLog } from "./folder.ts"

const GROUPS = Array.from({ length: 50 }, (_, at) => `g-${at}`)
const groups = GROUPS.map((group) => ({ group, types: ["noted"], limit: 100 }))
const wants = GROUPS.map((group) => ({ group, types: ["noted"] }))

describe("on sqlite", () => {
  it("an idle process of 50 groups costs one statement a poll and three a beat, whatever the log's length [lesson 20]", async () => {
    const said: string[] = []
    let now = 1_000_000
    const { backend } = await freshLog({
      partitions: 4,
      clock: { now: () => now },
      onStatement: (sql) => void said.push(sql),
    })
    for (const group of GROUPS) {
      await backend.ensureGroup({ group, order: "stream", start: { at: "now" }, types: ["noted"], owner, maxLanes: 10 })
    }
    const beat = () => backend.heartbeat({ kind: "beat", owner, facts: { host: "h", pid: 1 }, wants })
    await backend.heartbeat({ kind: "join", owner, facts: { host: "h", pid: 1 }, wants })
    const costs: number[][] = []
    for (const size of [0, 2_000]) {
      for (let at = 0; at < size; at += 500)
        await backend.append([to("a", ...Array.from({ length: 500 }, () => event("a", at, "other")))])
      await beat()
      await backend.claim({ owner, groups, leaseMs: 1_000 })
      await backend.promote(10)
      said.length = 0
      const cost: number[] = []
      for (const call of [() => backend.claim({ owner, groups, leaseMs: 1_000 }), beat, () => backend.promote(10)]) {
        const before = said.length
        now += 1_000
        await call()
        cost.push(said.length - before)
      }
      costs.push(cost)
    }
    expect(costs).toEqual([
      [1, 3, 1],
      [1, 3, 1],
    ])
  })

  it("an idle answer is not repeated once anything has happened, here or in another process, or has fallen due", async () => {
    let now = 1_000_000
    const { path, backend } = await freshLog({ partitions: 1, clock: { now: () => now } })
    const spec = {
      group: "g",
      order: "stream",
      start: { at: "beginning" },
      types: ["noted"],
      owner,
      maxLanes: 10,
    } as const
    const request = { owner, groups: [{ group: "g", types: ["noted"], limit: 1 }], leaseMs: 1_000 }
    await backend.ensureGroup(spec)
    expect((await backend.claim(request)).kind).toBe("idle")
    expect((await backend.claim(request)).kind).toBe("idle")
    await backend.append([to("a")])
    expect((await backend.claim(request)).kind).toBe("slice")
    expect((await backend.claim(request)).kind).toBe("idle")
    now += 2_000
    expect(await backend.claim(request)).toMatchObject({ kind: "slice", takeovers: 1 })
    const { backendOn } = await import("./folder.ts")
    const other = backendOn(path, { clock: { now: () => now } })
    await backend.operator.stopGroup("g", { reason: "x" })
    expect((await backend.claim(request)).kind).toBe("idle")
    await other.operator.startGroup("g")
    expect((await backend.claim(request)).kind).toBe("slice")
  })
})
