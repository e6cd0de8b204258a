import { deepEqual, equal, ok } from "node:assert/strict"

import { describe, it } from "vitest"

import type { LoggedMessage } from "../src/audit/evidence.ts"
import { checkFlood } from "../src/flood/check-flood.ts"
import { Drop, pipeOf } from "../src/flood/drop.ts"
import { flood } from "../src/flood/flood.ts"
import { ACKNOWLEDGED, REFUSED } from "../src/flood/outcome.ts"

/** Nothing is decided by it: it ends a run that hangs. */
const TIME_LIMIT = { timeout: 600_000 }

describe.concurrent("a flood of writes that nobody awaits", () => {
  it(
    "waits for room: all are acknowledged, and each is stored once in the order of its stream",
    TIME_LIMIT,
    async () => {
      const outcome = await flood({ storage: "sqlite", writes: 20_000, perTurn: 20_000, whenFull: "wait" })
      deepEqual(outcome.findings, [])
      equal(outcome.failure, undefined)
      deepEqual([outcome.acknowledged, outcome.refused, outcome.stored], [20_000, 0, 20_000])
      ok(outcome.open)
    },
  )

  it("refuses what there is no room for: what was acknowledged is stored, and nothing else", TIME_LIMIT, async () => {
    const outcome = await flood({ storage: "sqlite", writes: 20_000, perTurn: 20_000, whenFull: "refuse" })
    deepEqual(outcome.findings, [])
    equal(outcome.failed, 0)
    ok(outcome.refused > 0 && outcome.acknowledged > 0, `${outcome.refused} refused`)
    equal(outcome.acknowledged + outcome.refused, 20_000)
    equal(outcome.stored, outcome.acknowledged)
  })
})

describe("the check of a flood", () => {
  const WRITES = 3_000
  const sound = (): LoggedMessage[] => Array.from({ length: WRITES }, (_, number) => dropped(number))
  const acknowledged = () => new Uint8Array(WRITES).fill(ACKNOWLEDGED)
  const kinds = (messages: readonly LoggedMessage[], outcomes = acknowledged()) =>
    checkFlood(messages, outcomes).map(({ kind }) => kind)

  it("finds nothing where each write is there once, in its stream and in order", () => {
    deepEqual(kinds(sound()), [])
  })

  it("finds what was acknowledged and is not there, and what is there twice", () => {
    deepEqual(kinds(sound().slice(1)), ["lost"])
    deepEqual(kinds([...sound(), dropped(WRITES - 1)]), ["doubled"])
  })

  it("finds what was refused and is there all the same", () => {
    const outcomes = acknowledged()
    outcomes[7] = REFUSED
    deepEqual(kinds(sound(), outcomes), ["doubled"])
  })

  it("finds what stands before an earlier write of its stream, and what is in the stream of another", () => {
    const turned = sound()
    turned.splice(2_007, 0, ...turned.splice(7, 1))
    deepEqual(kinds(turned), ["reordered"])
    deepEqual(kinds(sound().with(9, { ...dropped(9), streamId: pipeOf(10) })), ["torn"])
  })
})

function dropped(number: number): LoggedMessage {
  return {
    position: number + 1,
    id: `id-${number}`,
    kind: "event",
    type: Drop.type,
    streamId: pipeOf(number),
    version: undefined,
    causationId: `id-${number}`,
    recordedAt: 0,
    partition: 0,
    payload: { number },
  }
}
