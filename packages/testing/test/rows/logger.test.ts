import { deepEqual, equal } from "node:assert/strict"
import { Writable } from "node:stream"

import { createApp, handler, type Logger, parkOnError } from "@millrace/core"
import pino from "pino"
import { describe, it, onTestFinished } from "vitest"

import { added, ItemAdded } from "../shop.ts"

/** A pino that keeps its lines, parsed. */
function keepingPino(level: string): { readonly logger: pino.Logger; readonly lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const into = new Writable({
    write(line, _encoding, done) {
      const parsed: unknown = JSON.parse(String(line))
      if (isLine(parsed)) lines.push(parsed)
      done()
    },
  })
  return { logger: pino({ level, base: null, timestamp: false }, into), lines }
}

describe("pino", () => {
  it("is a logger as it is: the app's lines have their facts as fields, errors with stack and type [M6.b]", async () => {
    const { logger, lines } = keepingPino("debug")
    const failing = handler("failing", { errorStrategy: parkOnError() }).on(ItemAdded, () => {
      throw new RangeError("nothing left")
    })
    const app = await createApp({ reactors: [failing], logger })
    onTestFinished(() => app.close())
    await app.dispatch(added("cart-1"))
    await app.drain()
    const [message] = await app.readStream("cart-1")
    deepEqual(
      lines.map(({ level, msg, group, streamId, messageId, type, attempt }) => ({
        level,
        msg,
        group,
        streamId,
        messageId,
        type,
        attempt,
      })),
      [
        {
          level: pino.levels.values["warn"],
          msg: "no backend was given: messages are kept in memory and end with this process",
          group: undefined,
          streamId: undefined,
          messageId: undefined,
          type: undefined,
          attempt: undefined,
        },
        {
          level: pino.levels.values["error"],
          msg: "handling failed: park",
          group: "failing",
          streamId: "cart-1",
          messageId: message?.id,
          type: "shop.item_added",
          attempt: 1,
        },
      ],
    )
    const error: unknown = lines[1]?.["err"]
    deepEqual(isError(error) && [error.type, error.message, error.stack.includes("logger.test.ts")], [
      "RangeError",
      "nothing left",
      true,
    ])
  })

  it("reaches handlers with the fields of a child logger, at every level of the interface [M6.b]", async () => {
    const { logger, lines } = keepingPino("debug")
    const talking = handler("talking").on(ItemAdded, ({ streamId }, context) => {
      const own: Logger = context.logger
      own.debug({ streamId }, "looking")
      own.info({ streamId }, "found")
      own.warn({ streamId }, "odd")
      own.error({ streamId }, "wrong")
    })
    const app = await createApp({ backend: "memory:", reactors: [talking], logger: logger.child({ service: "shop" }) })
    onTestFinished(() => app.close())
    await app.dispatch(added("cart-1"))
    await app.drain()
    deepEqual(
      lines,
      ["debug", "info", "warn", "error"].map((level, at) => ({
        level: pino.levels.values[level],
        service: "shop",
        streamId: "cart-1",
        msg: ["looking", "found", "odd", "wrong"][at],
      })),
    )
    equal(lines.length, 4)
  })
})

function isLine(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null
}

function isError(value: unknown): value is { readonly type: string; readonly message: string; readonly stack: string } {
  return typeof value === "object" && value !== null && "stack" in value && typeof value.stack === "string"
}
