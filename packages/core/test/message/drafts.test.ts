import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"

import { command, correlate, dueAt, encodeMessage, newStreamId } from "../../src/index.ts"
import { callUnchecked } from "../call-unchecked.ts"

const Item = Schema.Struct({ productId: Schema.String, tags: Schema.Array(Schema.String) })
const AddItem = command("carts.add_item", Item)
const item = { productId: "p1", tags: ["new"] }

describe("a message", () => {
  it("begins a conversation of its own", () => {
    const message = AddItem("cart-1", item)
    expect([message.causationId, message.correlationId]).toEqual([message.id, message.id])
    expect(message.metadata).toEqual({})
    expect(new Date(message.createdAt).toISOString()).toBe(message.createdAt)
  })

  it("is immutable, its payload and metadata included [S3.b]", () => {
    const message = AddItem("cart-1", item).withMetadata({ by: { name: "adam" } })
    expect(() => Object.assign(message, { streamId: "x" })).toThrow(TypeError)
    expect(() => Object.assign(message.payload, { productId: "x" })).toThrow(TypeError)
    expect(() => Object.assign(message.payload.tags, ["x"])).toThrow(TypeError)
    expect(() => Object.assign(message.metadata["by"] ?? {}, { name: "x" })).toThrow(TypeError)
  })

  it("leaves the input it was made of alone, and does not follow its changes [S3.b]", () => {
    const input = { productId: "p1", tags: ["new"] }
    const message = AddItem("cart-1", input)
    input.tags.push("late")
    expect(message.payload.tags).toEqual(["new"])
  })

  it("has an id of its own for another stream, and leaves the first one as it was [S5.b]", () => {
    const message = AddItem("cart-1", item)
    const other = message.to("cart-2")
    expect([message.streamId, other.streamId]).toEqual(["cart-1", "cart-2"])
    expect(other.payload).toBe(message.payload)
    expect(other.id).not.toBe(message.id)
    expect([other.causationId, other.correlationId]).toEqual([other.id, other.id])
    expect(() => message.to("")).toThrow("needs a stream id")
  })

  it("made for a date is due then [S5.b]", () => {
    const date = new Date("2031-01-01T00:00:00.000Z")
    const later = AddItem("cart-1", item).at(date)
    expect([dueAt(later), later.createdAt]).toEqual([date.getTime(), "2031-01-01T00:00:00.000Z"])
    expect(dueAt(later.to("cart-2"))).toBe(date.getTime())
    expect(dueAt(AddItem("cart-1", item))).toBeUndefined()
    expect(() => AddItem("cart-1", item).at(new Date(Number.NaN))).toThrow("invalid date")
  })

  it("takes metadata over what it has [S5.b]", () => {
    const message = AddItem("cart-1", item).withMetadata({ by: "adam", from: "web" }).withMetadata({ by: "eve" })
    expect(message.metadata).toEqual({ by: "eve", from: "web" })
    expect(() => callUnchecked(message, "withMetadata", { deep: { n: Number.NaN } })).toThrow(
      "the metadata of carts.add_item is not JSON: deep.n: NaN",
    )
  })

  it("encodes to a plain envelope", () => {
    const message = AddItem("cart-1", item)
    expect(Object.keys(encodeMessage(message)).toSorted()).toEqual([
      "causationId",
      "correlationId",
      "createdAt",
      "id",
      "kind",
      "metadata",
      "payload",
      "streamId",
      "type",
    ])
  })

  it("correlated with its cause names it, stays in its conversation and inherits its metadata under its own", () => {
    const first = AddItem("cart-1", item).withMetadata({ by: "adam", from: "web" })
    const second = correlate(first, AddItem("cart-2", item).withMetadata({ by: "eve" }))
    const third = correlate(second, AddItem("cart-3", item))
    expect([second.causationId, second.correlationId]).toEqual([first.id, first.id])
    expect([third.causationId, third.correlationId]).toEqual([second.id, first.id])
    expect([second.metadata, third.metadata]).toEqual([
      { by: "eve", from: "web" },
      { by: "eve", from: "web" },
    ])
    expect(encodeMessage(second).payload).toEqual(item)
  })
})

describe("newStreamId", () => {
  it("makes the id of a new stream, of a category where one is given [S5.a]", () => {
    expect(newStreamId("cart")).toMatch(/^cart-[0-9a-f]{8}-[0-9a-f]{4}-7/)
    expect(newStreamId()).not.toBe(newStreamId())
    for (const prefix of ["", "big-cart"]) expect(() => newStreamId(prefix)).toThrow("category")
  })
})
