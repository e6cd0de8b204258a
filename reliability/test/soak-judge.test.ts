import { deepEqual, equal, ok } from "node:assert/strict"

import { describe, it } from "vitest"

import type { Evidence } from "../src/audit/evidence.ts"
import { checkBooks } from "../src/soak/judge/check-books.ts"
import { checkKept } from "../src/soak/judge/check-kept.ts"
import { flatness } from "../src/soak/judge/flatness.ts"
import { slopeOf } from "../src/soak/judge/slope.ts"
import { createSender } from "../src/soak/member/sender.ts"
import { ordersOf, placeOf, REMINDS_EVERY, STREAMS } from "../src/soak/mill/messages.ts"

const readings = (value: (second: number) => number) =>
  Array.from({ length: 100 }, (_, second) => ({ atMs: second * 1_000, value: value(second) }))

describe("the slope of a gauge", () => {
  it("is that of a steady rise, whatever a few readings are", () => {
    const spiked = readings((second) => 10 + 2 * second + (second % 17 === 0 ? 1_000 : 0))
    ok(Math.abs(slopeOf(spiked) * 1_000 - 2) < 0.1)
    equal(slopeOf(readings((second) => (second % 2 === 0 ? 5 : 7))), 0)
    equal(slopeOf([]), 0)
  })
})

describe("flatness", () => {
  const judged = (value: (second: number) => number) =>
    flatness({ name: "handles", kind: "handles", readings: readings(value) })

  it("passes what has risen while a run began, and finds what rises for good, however slowly", () => {
    equal(judged((second) => Math.min(second, 25)).flat, true)
    equal(judged((second) => 20 + Math.floor(second / 20)).flat, false)
  })

  it("is not granted where nothing was measured", () => {
    equal(flatness({ name: "handles", kind: "handles", readings: [] }).flat, false)
  })
})

describe("the books", () => {
  const ORDERS = STREAMS * REMINDS_EVERY + 7
  /** What the projections hold when each of so many orders went its way. */
  function sound(): Map<string, Map<string, { count: number; last: number; wrong: number }>> {
    const books = new Map<string, Map<string, { count: number; last: number; wrong: number }>>()
    for (const [name, prefix] of [
      ["placed", "order"],
      ["shipped", "parcel"],
      ["reminded", "reminder"],
    ] as const) {
      const book = new Map<string, { count: number; last: number; wrong: number }>()
      for (let stream = 0; stream < STREAMS; stream += 1) {
        const given = ordersOf(stream, ORDERS)
        const count = name === "reminded" ? Math.floor(given / REMINDS_EVERY) : given
        book.set(`${prefix}-${stream}`, { count, last: name === "reminded" ? count * REMINDS_EVERY : count, wrong: 0 })
      }
      books.set(name, book)
    }
    return books
  }
  const kinds = (name: string, streamId: string, change: { count?: number; last?: number; wrong?: number }) => {
    const books = sound()
    const entry = books.get(name)?.get(streamId)
    ok(entry !== undefined)
    Object.assign(entry, change)
    return checkBooks(books, ORDERS).map(({ kind }) => kind)
  }

  it("of a sound run have no findings, and orders are dealt over the streams in turn", () => {
    deepEqual(checkBooks(sound(), ORDERS), [])
    const dealt = Array.from({ length: ORDERS }, (_, order) => placeOf(order).stream)
    for (const stream of [0, 6, 7, STREAMS - 1])
      equal(dealt.filter((one) => one === `order-${stream}`).length, ordersOf(stream, ORDERS))
  })

  it("tell what was lost, doubled or came out of turn", () => {
    const given = ordersOf(9, ORDERS)
    deepEqual(kinds("placed", "order-9", { count: given - 1 }), ["lost"])
    deepEqual(kinds("shipped", "parcel-9", { count: given + 1 }), ["doubled"])
    deepEqual(kinds("shipped", "parcel-9", { wrong: 2 }), ["reordered"])
    deepEqual(kinds("placed", "order-9", { last: given + 1 }), ["lost"])
    deepEqual(kinds("reminded", "reminder-9", { count: 0 }), ["lost"])
    ok(checkBooks(new Map(), ORDERS).every(({ kind }) => kind === "lost"))
  })
})

describe("what retention has left", () => {
  const message = (position: number, version: number, id = `id-${position}`) => ({
    position,
    id,
    kind: "event" as const,
    type: "soak.placed",
    streamId: "order-1",
    version,
    causationId: id,
    recordedAt: 0,
    partition: undefined,
    payload: null,
  })
  const left = (evidence: Partial<Evidence>) =>
    checkKept({
      messages: [],
      head: 0,
      partitions: 32,
      projections: new Map(),
      schedules: 0,
      groups: [],
      torn: [],
      ...evidence,
    }).map(({ kind }) => kind)

  it("may begin anywhere, but has no hole", () => {
    deepEqual(left({ messages: [message(70, 12), message(75, 13)], head: 75 }), [])
    deepEqual(left({ messages: [message(70, 12), message(75, 14)], head: 75 }), ["versions"])
    deepEqual(left({ messages: [message(70, 12), message(75, 13, "id-70")], head: 75 }), ["doubled"])
    deepEqual(left({ messages: [message(70, 12), message(70, 13, "other")], head: 70 }), ["positions"])
    deepEqual(left({ messages: [message(70, 12)], head: 71 }), ["positions"])
  })

  it("holds nothing that waits", () => {
    deepEqual(left({ schedules: 1 }), ["schedules"])
    const group = {
      name: "ship",
      active: true,
      stopped: undefined,
      order: "stream",
      start: 0,
      types: new Map(),
      partitions: [],
      lanes: [],
    } as const
    const lane = { key: "order-1", partition: 1, next: 70, parked: true, holder: undefined, error: "broken" }
    deepEqual(left({ groups: [{ ...group, lanes: [lane] }] }), ["lanes"])
    deepEqual(left({ groups: [{ ...group, active: false, stopped: "an error" }] }), ["progress"])
    deepEqual(left({ groups: [{ ...group, partitions: [{ partition: 1, checkpoint: 70, holder: "worker-1" }] }] }), [
      "leases",
    ])
  })
})

describe("a steady load", () => {
  it("sends each order at its instant though none is answered, and counts its latency from there", async () => {
    const sent: (() => void)[] = []
    const noted: number[] = []
    const answered = () => new Promise<never>((resolve) => void sent.push(() => Reflect.apply(resolve, undefined, [])))
    const sender = createSender({ dispatch: answered }, { since: (at) => void noted.push(at), take: () => "" })
    const over = sender.steady({ forMs: 200, perSecond: 100 })
    while (sent.length < 20) await new Promise((resolve) => setImmediate(resolve))
    equal(sender.acknowledged, 0)
    for (const answer of sent) answer()
    await over
    equal(sender.acknowledged, 20)
    const [first = 0] = noted
    deepEqual(
      noted.map((at) => Math.round(at - first)),
      Array.from({ length: 20 }, (_, n) => n * 10),
    )
  })
})
