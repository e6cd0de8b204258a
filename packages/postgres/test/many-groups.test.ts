import type { Backend } from "@millrace/core/backend"
import { describe, expect, it } from "vitest"

import type { PostgresTx } from "../src/index.ts"
import { ensure, event, OWNER, serverForTests, to } from "./log-for-tests.ts"

const server = serverForTests()

const GROUPS = ["first", "second", "third", "fourth"]
const STREAMS = Array.from({ length: 200 }, (_, at) => `s-${at}`)
/** Groups times partitions: something waits in each. */
const WAITING = GROUPS.length * 32

/** A log with something waiting in every partition of four groups, more than a look is forgotten with; and a count of the looks. */
async function busyLog(): Promise<{ readonly backend: Backend<PostgresTx>; readonly looks: () => number }> {
  let looks = 0
  const onStatement = (text: string): void => {
    if (text.includes(`"look"(`)) looks += 1
  }
  const backend = await server.log({ onStatement })
  for (const group of GROUPS) await ensure(backend, group)
  await backend.append(STREAMS.map((stream) => to("no-stream", event(stream))))
  return { backend, looks: () => looks }
}

/** One claim of all groups. */
async function claimAny(backend: Backend<PostgresTx>, types: readonly string[] = ["noted"]) {
  const groups = GROUPS.map((group) => ({ group, types, limit: 1_000 }))
  const found = await backend.claim({ owner: OWNER, groups, leaseMs: 30_000 })
  return found.kind === "slice" && found.source === "partition" ? found : undefined
}

type Found = Awaited<ReturnType<typeof claimAny>>

async function claimAll(backend: Backend<PostgresTx>, types?: readonly string[]): Promise<readonly Found[]> {
  const slices: Found[] = []
  for (;;) {
    const slice = await claimAny(backend, types)
    if (slice === undefined) return slices
    slices.push(slice)
  }
}

describe("on postgres", () => {
  it("claims of many groups go on with what one look has found, each partition by one of them", async () => {
    const { backend, looks } = await busyLog()
    const slices = await claimAll(backend)
    const taken = slices.map((slice) => `${slice?.group} ${slice?.lease.partition}`)
    expect(new Set(taken).size).toBe(WAITING)
    expect(taken).toHaveLength(WAITING)
    expect(slices.reduce((sum, slice) => sum + (slice?.messages.length ?? 0), 0)).toBe(GROUPS.length * STREAMS.length)
    // The last 64 are looked for each, and a slow machine outlives a look.
    expect(looks()).toBeLessThan((WAITING * 3) / 4)
  })

  it("claims at once share a look, and none is given what another one has", async () => {
    const { backend } = await busyLog()
    const slices = await Promise.all(Array.from({ length: WAITING }, () => claimAny(backend)))
    const taken = slices.map((slice) => `${slice?.group} ${slice?.lease.partition}`)
    expect(new Set(taken).size).toBe(WAITING)
  })

  it("nothing of a group that was stopped since the look is handed out", async () => {
    const { backend } = await busyLog()
    await claimAny(backend)
    await backend.operator.stopGroup("second", { reason: "maintenance" })
    const slices = await claimAll(backend)
    expect(slices.filter((slice) => slice?.group === "second")).toEqual([])
    expect(slices.length).toBeGreaterThanOrEqual(WAITING - 32 - 1)
  })

  it("a type that a group was given since the look is not passed over", async () => {
    const { backend } = await busyLog()
    await claimAny(backend)
    const types = ["noted", "late"]
    for (const group of GROUPS) await ensure(backend, group, types)
    await backend.append(STREAMS.map((stream) => to("any", event(stream, { type: "late" }))))
    for (const slice of await claimAll(backend, types)) {
      const late = slice?.messages.filter(({ message }) => message.type === "late") ?? []
      expect(late.length).toBe((slice?.messages.length ?? 0) / 2)
    }
  })

  it("what was appended since the look waits for the next one, and is found", async () => {
    const { backend } = await busyLog()
    const slices = await claimAll(backend)
    for (const slice of slices) {
      if (slice !== undefined) await backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, parts: [] })
    }
    await backend.append(STREAMS.map((stream) => to("any", event(stream))))
    const again = await claimAll(backend)
    expect(again).toHaveLength(WAITING)
  })
})
