import { describe, expect, it } from "vitest"

import { checkAppend, judgeAppend, type Known, type MessageJson, partVerdict } from "../../src/backend/index.ts"
import { appendOf, event } from "../memory/log.ts"

const HOLDS = { maxMessageBytes: 1_000, maxNameLength: 20 }
const NOTHING: Known = { key: () => undefined, position: () => undefined, version: () => 0, revision: () => 0 }
const short = { id: "m-1", correlationId: "m-1", causationId: "m-1" }

describe("judgeAppend", () => {
  const message = event("a")
  const document = { collection: "c", id: "d", expectedRevision: 3, value: 1 }
  const keyed = { idempotencyKey: "k", fingerprint: "f" }
  const append = {
    streams: [{ streamId: "a", expected: 7, messages: [message] }],
    documents: [document],
    ...keyed,
  } as const

  it("judges key, ids, versions and revisions in this order [lesson 29]", () => {
    const of = { firstPosition: 4, position: 4 }
    const verdict = (known: Partial<Known>) => judgeAppend(append, { ...NOTHING, ...known })
    expect(verdict({ key: () => ({ fingerprint: "f", of }), position: () => 9 })).toEqual({ kind: "duplicate", of })
    expect(verdict({ key: () => ({ fingerprint: "other", of }) })).toMatchObject({
      kind: "refused",
      code: "key-reused",
    })
    expect(verdict({ position: () => 9 })).toEqual({ kind: "duplicate", of: { firstPosition: 9, position: 9 } })
    expect(verdict({ version: () => 2 })).toMatchObject({ kind: "conflict", actualVersion: 2 })
    expect(verdict({ version: () => 7 })).toMatchObject({ kind: "document-conflict", actualRevision: 0 })
    expect(verdict({ version: () => 7, revision: () => 3 })).toBe(undefined)
  })

  it("refuses ids of which some are known, waiting ones included, and names those [lesson 29]", () => {
    const waiting = event("b")
    const both = {
      streams: [],
      schedules: [
        { message: waiting, at: 1 },
        { message: event("c"), at: 1 },
      ],
    }
    const verdict = judgeAppend(both, { ...NOTHING, position: (id) => (id === waiting.id ? 0 : undefined) })
    expect(verdict).toMatchObject({ kind: "refused", code: "ids-partly-known", messageIds: [waiting.id] })
    expect(judgeAppend(both, { ...NOTHING, position: () => 0 })).toEqual({
      kind: "duplicate",
      of: { firstPosition: 0, position: 0 },
    })
  })

  it("means that effects known already belong to something else, where a settle meets it", () => {
    expect(partVerdict({ kind: "duplicate", of: { firstPosition: 4, position: 4 } })).toMatchObject({
      code: "id-taken",
    })
  })
})

describe("checkAppend", () => {
  const fault = (append: Parameters<typeof checkAppend>[0]) => checkAppend(append, HOLDS)?.detail
  const withName = (streamId: string) => fault(appendOf(event(streamId, short)))

  it("refuses names that some storage can not keep", () => {
    expect(withName("")).toMatch("an empty stream id")
    expect(withName("a\u0000b")).toMatch("NUL character")
    expect(withName("a\ud800")).toMatch("surrogate pair")
    expect(withName("x".repeat(21))).toMatch("at most 20")
    expect(withName("grüße-🙂")).toBe(undefined)
  })

  it("refuses a NUL in a payload, and not the text that merely looks like one", () => {
    expect(fault(appendOf(event("a", { ...short, payload: ["\u0000"] })))).toMatch("NUL character")
    expect(fault(appendOf(event("a", { ...short, payload: ["\\u0000", "\\\\u0000"] })))).toBe(undefined)
  })

  it("gives the JSON of each message as it was checked, in the order of the streams", () => {
    const first = event("a", { ...short, payload: { n: 1 } })
    const second = event("b", { ...short, payload: "x", metadata: { by: "me" } })
    const written: MessageJson[] = []
    const streams = [first, second].map((message) => ({
      streamId: message.streamId,
      expected: "any" as const,
      messages: [message],
    }))
    expect(checkAppend({ streams }, HOLDS, written)).toBe(undefined)
    expect(written).toEqual([
      { payload: '{"n":1}', metadata: "{}" },
      { payload: '"x"', metadata: '{"by":"me"}' },
    ])
  })

  it("counts and looks through metadata as it does payloads", () => {
    expect(fault(appendOf(event("a", { ...short, metadata: { by: "x".repeat(1_000) } })))).toMatch("at most 1000")
    expect(fault(appendOf(event("a", { ...short, metadata: { by: "\u0000" } })))).toMatch("NUL character")
  })

  it("refuses what is too large by its bytes, not by its characters", () => {
    expect(fault(appendOf(event("a", { ...short, payload: "x".repeat(980) })))).toBe(undefined)
    expect(fault(appendOf(event("a", { ...short, payload: "€".repeat(400) })))).toMatch("at most 1000")
  })

  it("refuses appends that contradict themselves", () => {
    const message = event("a", short)
    const stream = { streamId: "a", expected: "any", messages: [message] } as const
    const put = { collection: "c", id: "d", expectedRevision: "any", value: 1 } as const
    expect(fault({ streams: [stream, stream] })).toMatch("occurs twice")
    expect(fault({ streams: [{ ...stream, streamId: "b" }] })).toMatch("belongs to stream a")
    expect(fault({ streams: [{ ...stream, expected: -1 }] })).toMatch("whole number from 0")
    expect(fault({ streams: [], documents: [put, put] })).toMatch("occurs twice")
    expect(fault({ streams: [], idempotencyKey: "k" })).toMatch("fingerprint")
    expect(fault({ streams: [], schedules: [{ message, at: Number.NaN }] })).toMatch("instant")
  })
})
