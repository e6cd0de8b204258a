import type { DumpQuery, ReadQuery } from "@millrace/core/backend"

import { idOf, STREAMS, TYPES } from "./cast.ts"
import type { Dice } from "./dice.ts"
import type { Stage } from "./stage.ts"
import { sorted } from "./views.ts"

type Look = (stage: Stage, dice: Dice) => Promise<unknown>

/** Every way to look at a log, with limits and places as the dice fall. */
const sights: Readonly<Record<string, Look>> = {
  log: ({ backend }, dice) =>
    backend.read({
      from: "log",
      after: dice.roll(30),
      limit: 1 + dice.roll(20),
      ...directionOf(dice),
      ...(dice.roll(2) === 0 ? { upto: 5 + dice.roll(60) } : {}),
      ...(dice.roll(2) === 0 ? { types: TYPES.slice(dice.roll(2), 1 + dice.roll(3)) } : {}),
    }),
  async streams({ backend }, dice) {
    const streams = [...new Set([dice.pick(STREAMS) ?? "", dice.pick(STREAMS) ?? "", "nobody-1"])].map((streamId) => ({
      streamId,
      ...(dice.roll(2) === 0 ? { after: dice.roll(4) } : {}),
      ...(dice.roll(3) === 0 ? { upto: dice.roll(8) } : {}),
    }))
    const include = dice.pick(["events", "commands", "all"] as const) ?? "all"
    const query: ReadQuery = { from: "streams", streams, include, limit: 1 + dice.roll(6), ...directionOf(dice) }
    const page = await backend.read(query)
    const last = page.messages.at(-1)
    const left = streams.slice(streams.findIndex(({ streamId }) => streamId === last?.streamId))
    if (last === undefined || !page.more) return page
    return [page, await backend.read({ ...query, streams: left, afterPosition: last.position })]
  },
  async correlation({ backend }, dice) {
    const { messages } = await backend.read({ from: "log", limit: 30, direction: "backward" })
    const correlationId = dice.pick(messages)?.correlationId ?? idOf("nobody")
    return backend.read({ from: "correlation", correlationId, limit: 1 + dice.roll(5), after: dice.roll(10) })
  },
  async ids({ backend }, dice) {
    const { messages } = await backend.read({ from: "log", limit: 50 })
    const ids = Array.from({ length: dice.roll(6) }, () => dice.pick(messages)?.id ?? idOf("nobody"))
    return backend.read({ from: "ids", ids: [...new Set([...ids, idOf("nobody")])] })
  },
  documents: async ({ backend }, dice) => [
    await backend.documents({ collection: "put", ids: ["d3", "nobody", "d1"] }).then(sorted),
    await backend.documents({ collection: "put", limit: 1 + dice.roll(3), after: `d${dice.roll(3)}` }),
    await backend.documents({ collection: "seen", limit: 1 + dice.roll(3) }),
  ],
  async groups({ backend, casts }, dice) {
    const found = await backend.operator.groups([dice.pick(casts)?.group ?? "", "nobody"].slice(0, 1 + dice.roll(2)))
    return found.map(({ group, lag, retryAt, waitingSince }) => ({ group, lag, retryAt, waitingSince }))
  },
  async lanes({ backend, casts }, dice) {
    const group = dice.pick(casts)?.group ?? ""
    const first = await backend.operator.lanes({ group, limit: 1 + dice.roll(3) })
    const last = first.at(-1)
    const status = dice.pick(["retrying", "parked"] as const) ?? "parked"
    return [
      first,
      last === undefined ? [] : await backend.operator.lanes({ group, after: last.key, limit: 2 }),
      await backend.operator.lanes({ status }),
    ]
  },
  async "streams by"({ backend }, dice) {
    const by = dice.pick(["id", "recent"] as const) ?? "id"
    const category = dice.roll(2) === 0 ? { category: dice.pick(["cart", "order", "car"]) ?? "" } : {}
    const after = by === "id" && dice.roll(2) === 0 ? { after: dice.pick(STREAMS) ?? "" } : {}
    return backend.operator.streams({ by, limit: 1 + dice.roll(6), ...category, ...after })
  },
  async schedules({ backend }, dice) {
    const first = await backend.operator.schedules({ limit: 1 + dice.roll(4) })
    const last = first.at(-1)
    const second = last === undefined ? [] : await backend.operator.schedules({ limit: 3, after: last })
    // Numbers rise; a storage may leave some out.
    return [first, second].map((page) => page.map(({ message, at }) => ({ message, at })))
  },
  async progress({ backend }, dice) {
    return sorted(await backend.operator.progress(dice.pick(STREAMS) ?? "", dice.roll(60)))
  },
  async dump({ backend }, dice) {
    const of = dice.pick(["keys", "documents", "groups"] as const) ?? "keys"
    const limit = 1 + dice.roll(4)
    let found = 0
    let after: string | undefined
    do {
      const query: DumpQuery = { of, limit, ...(after === undefined ? {} : { after }) }
      const { records, next } = await backend.operator.dump(query)
      if (records.length > limit)
        throw new Error(`a page of ${records.length} records, where at most ${limit} were asked for`)
      found += records.length
      after = next
    } while (after !== undefined)
    // The order of records, and where a page ends, is the storage's own; what all of them hold is not.
    return found
  },
}

const byName: ReadonlyMap<string, Look> = new Map(Object.entries(sights))

/** The names of all ways to look. */
export const SIGHTS: readonly string[] = [...byName.keys()]

/** Looks in the way of this name. */
export async function lookAt(name: string, stage: Stage, dice: Dice): Promise<unknown> {
  const look = byName.get(name)
  if (look === undefined) throw new Error(`there is no way to look named ${name}`)
  return look(stage, dice)
}

const directionOf = (dice: Dice) => ({ direction: dice.roll(2) === 0 ? ("forward" as const) : ("backward" as const) })
