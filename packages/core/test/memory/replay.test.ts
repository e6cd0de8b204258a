import fc from "fast-check"
import { describe, expect, it } from "vitest"

import type { Message, SettlePart, Slice } from "../../src/backend/index.ts"
import { memoryBackend } from "../../src/memory/index.ts"

const STREAMS = ["a", "b", "c", "d", "e"]
const TYPES = ["one", "two", "late"]
const GROUP = "g"
const OWNER = { processName: "p", bootId: "p-1" }
const GRACE_MS = 61_000

type Operation =
  | { readonly kind: "append"; readonly stream: number; readonly type: number }
  | { readonly kind: "work"; readonly limit: number; readonly fates: readonly ("done" | "fail" | "park" | "part")[] }
  | { readonly kind: "retry" }
  | { readonly kind: "reset"; readonly to: number; readonly late: boolean }
  | { readonly kind: "types"; readonly late: boolean }

const fate = fc.constantFrom("done" as const, "done" as const, "fail" as const, "park" as const, "part" as const)
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("append" as const), stream: fc.nat(4), type: fc.nat(2) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("work" as const),
      limit: fc.integer({ min: 1, max: 6 }),
      fates: fc.array(fate, { minLength: 5, maxLength: 5 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("retry" as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("reset" as const), to: fc.nat(20), late: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("types" as const), late: fc.boolean() }) },
)

function message(streamId: string, type: string, number: number): Message {
  const id = `00000000-0000-7000-8000-${String(number).padStart(12, "0")}`
  const createdAt = "2030-01-01T00:00:00.000Z"
  return {
    id,
    kind: "event",
    type,
    streamId,
    payload: number,
    metadata: {},
    causationId: id,
    correlationId: id,
    createdAt,
  }
}

/** A log and its group beside a plain record of what was really handled, which the flag of each message is compared with. */
async function run(operations: readonly Operation[], start: number): Promise<void> {
  let now = Date.UTC(2030, 0, 1)
  const backend = memoryBackend({ partitions: 2, clock: { now: () => now } })
  await backend.migrate()
  let made = 0
  const append = async (streamId: string, type: string): Promise<void> => {
    made += 1
    await backend.append([{ streams: [{ streamId, expected: "any", messages: [message(streamId, type, made)] }] }])
  }
  const ensure = (types: readonly string[]): Promise<unknown> =>
    backend.ensureGroup({
      group: GROUP,
      order: "stream",
      start: { at: "position", position: start },
      types,
      owner: OWNER,
      maxLanes: 100,
    })
  for (let at = 0; at < start; at += 1) await append(STREAMS[at % 5] ?? "a", TYPES[at % 3] ?? "one")
  await ensure(["one", "two"])
  const handled = new Set<number>(Array.from({ length: start }, (_, at) => at + 1))
  const work = async (limit: number, fates: readonly string[]): Promise<boolean> => {
    const slice = await backend.claim({ owner: OWNER, leaseMs: 1_000, groups: [{ group: GROUP, types: TYPES, limit }] })
    if (slice.kind === "idle") return false
    for (const { message: one, handledBefore } of slice.messages)
      expect([one.position, one.streamId, one.type, handledBefore]).toEqual([
        one.position,
        one.streamId,
        one.type,
        handled.has(one.position),
      ])
    await settle(slice, fates)
    return true
  }
  const settle = async (slice: Slice, fates: readonly string[]): Promise<void> => {
    const parts: SettlePart[] = []
    const keys =
      slice.source === "lanes"
        ? slice.lanes.map(({ key }) => key)
        : [...new Set(slice.messages.map((one) => one.message.streamId))]
    for (const key of keys) {
      const positions = slice.messages.filter((one) => one.message.streamId === key).map((one) => one.message.position)
      const chosen = positions.length === 0 ? "done" : (fates[STREAMS.indexOf(key)] ?? "done")
      const stay = chosen === "done" ? positions.length : chosen === "part" ? 1 : 0
      for (const position of positions.slice(0, stay)) handled.add(position)
      const rest = positions[stay]
      const scannedTo =
        slice.source === "lanes" ? (slice.lanes.find((lane) => lane.key === key)?.scannedTo ?? 0) : slice.scannedTo
      const from =
        slice.source === "lanes" ? (slice.lanes.find((lane) => lane.key === key)?.next ?? 0) : (positions[0] ?? 0)
      if (rest === undefined) parts.push({ key, from, doneTo: scannedTo })
      else if (chosen === "park")
        parts.push({ key, from, doneTo: rest - 1, deferral: { as: "park", position: rest, failures: 1 } })
      else
        parts.push({ key, from, doneTo: rest - 1, deferral: { as: "retry", position: rest, failures: 1, retryAt: 0 } })
    }
    const settled =
      slice.source === "lanes"
        ? await backend.settle({ lease: slice.lease, parts })
        : await backend.settle({ lease: slice.lease, checkpoint: slice.scannedTo, skipped: slice.skipped, parts })
    expect(settled.kind).toBe("settled")
  }
  for (const one of operations) {
    if (one.kind === "append") await append(STREAMS[one.stream] ?? "a", TYPES[one.type] ?? "one")
    else if (one.kind === "work") await work(one.limit, one.fates)
    else if (one.kind === "retry") await backend.operator.retryLanes(GROUP)
    else if (one.kind === "reset") {
      const wants = (await backend.operator.groups([GROUP]))[0]?.types.some(({ type }) => type === "late") === true
      await backend.operator.resetGroup(
        GROUP,
        { at: "position", position: one.to },
        one.late && wants ? { types: ["late"] } : {},
      )
    } else {
      if (!one.late) now += GRACE_MS
      await ensure(one.late ? TYPES : ["one", "two"])
    }
  }
  await backend.operator.retryLanes(GROUP)
  for (let turns = 0; turns < 1_000 && (await work(3, [])); turns += 1);
  const types = (await backend.operator.groups([GROUP]))[0]
  expect([types?.lag, types?.retrying, types?.parked]).toEqual([0, 0, 0])
}

describe("on memory", () => {
  it("a reset marks exactly what was handled before, per message, whatever lanes, types and resets there were [S24.b S24.d lesson 3]", async () => {
    const history = fc.record({
      operations: fc.array(operation, { minLength: 5, maxLength: 60, size: "max" }),
      start: fc.nat(4),
    })
    await fc.assert(
      fc.asyncProperty(history, ({ operations, start }) => run(operations, start)),
      { numRuns: 500 },
    )
  })
})
