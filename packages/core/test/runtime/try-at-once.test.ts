import { describe, expect, it } from "vitest"

import type { StoredMessage } from "../../src/message/message.ts"
import type { Delivery } from "../../src/reactor/registration.ts"
import type { Judgement } from "../../src/runtime/judge.ts"
import { tryAtOnce } from "../../src/runtime/try-at-once.ts"

const NOW = 1_000

/** Three messages; a handler that fails as often as it is told for each position, and remembers the tries it was told. */
function handling(failures: Readonly<Record<number, number>>) {
  const tries: string[] = []
  const messages = [1, 2, 3].map((position): Delivery => ({
    message: stored(position),
    replaying: false,
    handledBefore: false,
    attempt: 1,
  }))
  const handle = async (some: readonly Delivery[]) => {
    const done: { delivery: Delivery; actions: [] }[] = []
    for (const delivery of some) {
      const { position } = delivery.message
      tries.push(`${position}/${delivery.attempt}`)
      if (delivery.attempt <= (failures[position] ?? 0)) return { done, failed: { delivery, error: new Error("no") } }
      done.push({ delivery, actions: [] })
    }
    return { done }
  }
  return { messages, tries, handle }
}

function stored(position: number): StoredMessage {
  return {
    id: `m${position}`,
    kind: "event",
    type: "happened",
    streamId: "stream-1",
    payload: {},
    metadata: {},
    causationId: "m0",
    correlationId: "m0",
    createdAt: "2030-01-01T00:00:00.000Z",
    recordedAt: "2030-01-01T00:00:00.000Z",
    position,
    version: position,
  }
}

const retryAt =
  (at: number) =>
  async (failure: { readonly delivery: Delivery }): Promise<Judgement> => ({
    deferral: {
      as: "retry",
      position: failure.delivery.message.position,
      failures: failure.delivery.attempt,
      retryAt: at,
      error: "no",
    },
  })
const always = { allowed: () => true, isDue: (at: number) => at <= NOW }

describe("tryAtOnce", () => {
  it("tries a message whose retry is due at once again in place, and goes on behind it", async () => {
    const { messages, tries, handle } = handling({ 2: 1 })
    const { outcome, judged } = await tryAtOnce(messages, { handle, judge: retryAt(NOW), ...always })
    expect(tries).toEqual(["1/1", "2/1", "2/2", "3/1"])
    expect(outcome.done.map(({ delivery }) => delivery.message.position)).toEqual([1, 2, 3])
    expect([outcome.failed, judged]).toEqual([undefined, undefined])
  })

  it("leaves a message whose retry lies in the future, with what was judged of it", async () => {
    const { messages, tries, handle } = handling({ 2: 1 })
    const { outcome, judged } = await tryAtOnce(messages, { handle, judge: retryAt(NOW + 1), ...always })
    expect(tries).toEqual(["1/1", "2/1"])
    expect(outcome.done).toHaveLength(1)
    expect(judged?.deferral).toMatchObject({ as: "retry", position: 2, failures: 1, retryAt: NOW + 1 })
  })

  it("counts the tries in place: who judges sees each, and what is stored at last says how many there were", async () => {
    const { messages, tries, handle } = handling({ 1: 99 })
    const { outcome, judged } = await tryAtOnce(messages, { handle, judge: retryAt(NOW), ...always })
    expect(tries).toEqual(["1/1", "1/2", "1/3", "1/4", "1/5", "1/6", "1/7", "1/8"])
    expect(outcome.failed?.delivery.attempt).toBe(8)
    expect(judged?.deferral).toMatchObject({ failures: 8 })
  })

  it("asks nobody about a failure it may not try again in place", async () => {
    const { messages, tries, handle } = handling({ 1: 1 })
    const judge = () => Promise.reject(new Error("asked"))
    const { outcome, judged } = await tryAtOnce(messages, { handle, judge, ...always, allowed: () => false })
    expect(tries).toEqual(["1/1"])
    expect([outcome.failed?.delivery.message.position, judged]).toEqual([1, undefined])
  })

  it("does not try again what a strategy stops, parks or skips", async () => {
    const answers: readonly Judgement[] = [
      { skip: true },
      { deferral: { as: "park", position: 1, failures: 1 } },
      {
        deferral: { as: "retry", position: 1, failures: 1, retryAt: 0 },
        stop: { reason: "error", error: "no", messageId: "m1" },
      },
    ]
    for (const answer of answers) {
      const { messages, tries, handle } = handling({ 1: 1 })
      const { judged } = await tryAtOnce(messages, { handle, judge: async () => answer, ...always })
      expect(tries).toEqual(["1/1"])
      expect(judged).toBe(answer)
    }
  })
})
