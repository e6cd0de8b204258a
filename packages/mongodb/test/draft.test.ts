import type { Append, Message } from "@millrace/core/backend"
import { BSON } from "mongodb"
import { describe, expect, it } from "vitest"

import { draftOf } from "../src/draft.ts"

const message: Message = {
  id: "0196b0a0-0000-8000-8000-000000000001",
  kind: "command",
  type: "shop.place_order",
  streamId: "cart-größer-als-нормально-𝒳",
  payload: { note: "naïve – 漢字 𝒳", lines: [1, 2.5, null, true] },
  metadata: { who: "éva" },
  causationId: "0196b0a0-0000-8000-8000-000000000002",
  correlationId: "0196b0a0-0000-8000-8000-000000000003",
  createdAt: "2025-05-08T12:00:00.000Z",
  decided: true,
}

const event: Message = {
  id: "e",
  kind: "event",
  type: "t",
  streamId: "s",
  payload: null,
  metadata: {},
  causationId: "e",
  correlationId: "e",
  createdAt: "2025-05-08T12:00:00.000Z",
}

const appendOf = (...messages: readonly Message[]): Append => ({
  streams: [{ streamId: message.streamId, expected: "any", messages }],
})

describe("the draft of an append", () => {
  it("counts at least what its messages take in a commit, whatever their texts are made of", () => {
    for (const one of [message, event]) {
      const { messages, size } = draftOf(appendOf(one))
      // As the widest a version and a place can be.
      const stored = messages.map((document) => ({ ...document, version: 2 ** 40, nth: 999 }))
      const keys = [`i:${one.id}`, `s:${one.streamId}@000000000001#000000000001`]
      expect(messages).toHaveLength(1)
      expect(size.bytes).toBeGreaterThanOrEqual(BSON.calculateObjectSize({ messages: stored, keys }))
    }
  })

  it("has the documents of its messages in their order, or none where one can not be made", () => {
    const payload = {
      get broken(): string {
        throw new Error("nobody can read this")
      },
    }
    const unstorable: Message = { ...event, payload }
    expect(draftOf(appendOf(message, event)).messages.map(({ id }) => id)).toEqual([message.id, event.id])
    expect(draftOf(appendOf(message, unstorable, event))).toMatchObject({ messages: [], size: { messages: 3 } })
  })
})
