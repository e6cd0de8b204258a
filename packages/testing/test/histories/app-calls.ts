import type { Operations, ReadLogOptions, Store, StoredMessage, StreamWrite } from "@millrace/core"
import type { ExpectedVersion } from "@millrace/core/backend"

import { type CastGroup, idOf, messageOf, STREAMS, TYPES, typesOf } from "./cast.ts"
import type { Dice } from "./dice.ts"
import { resetAt } from "./reset-at.ts"
import type { Stage } from "./stage.ts"

/** Makes one call as the dice fall. `number` is the step's, for ids that no other step makes. */
type Play = (stage: Stage, dice: Dice, number: number) => Promise<unknown>

/** Everything that applications do with a store, and operators through an app: a method that is not here does not compile. */
const calls: { readonly [Call in keyof Store | keyof Operations]: Play } = {
  dispatch: ({ app }, dice, number) =>
    app.dispatch(messageOf(kindOf(dice), streamOf(dice), "dispatched", number), keyOf(dice)),
  appendNextToStream: ({ app }, dice, number) =>
    app.appendNextToStream(streamOf(dice), someMessages(dice, number), keyOf(dice)),
  async appendToStream({ app }, dice, number) {
    const streamId = streamOf(dice)
    const expectedVersion = await expectationOf(app, dice, streamId)
    return app.appendToStream(streamId, someMessages(dice, number), { expectedVersion, ...keyOf(dice) })
  },
  async appendToStreams({ app }, dice, number) {
    const streams = [...new Set([streamOf(dice), streamOf(dice), streamOf(dice)])]
    const writes: StreamWrite[] = []
    for (const [at, streamId] of streams.entries()) {
      const messages = [messageOf(kindOf(dice), streamId, "together", number, at)]
      writes.push({ streamId, messages, expectedVersion: await expectationOf(app, dice, streamId) })
    }
    return app.appendToStreams(writes, keyOf(dice))
  },
  scheduleMessages: ({ app, now }, dice, number) =>
    app.scheduleMessages(someMessages(dice, number), {
      at: new Date(now + dice.roll(60_000) - 2_000),
      ...keyOf(dice),
    }),
  readStream: ({ app }, dice) =>
    app.readStream(streamOf(dice), {
      after: dice.roll(4),
      ...(dice.roll(2) === 0 ? { upto: dice.roll(12) } : {}),
      limit: 1 + dice.roll(9),
      direction: dice.roll(2) === 0 ? "forward" : "backward",
      include: dice.pick(["events", "commands", "all"] as const) ?? "events",
    }),
  historyFor: ({ app }, dice) =>
    app.historyFor(streamOf(dice), { after: dice.roll(4), upto: 2 + dice.roll(9), commands: dice.roll(2) === 0 }),
  readLog: ({ app }, dice) => pagesOf(app, dice),
  correlationTree: async ({ app, backend }, dice) => {
    const { messages } = await backend.read({ from: "log", limit: 20, direction: "backward" })
    return app.correlationTree(dice.pick(messages)?.id ?? idOf("nobody"))
  },
  stats: ({ app }) => app.stats().then(({ messages, streams, head }) => ({ messages, streams, head })),
  groups: async ({ app, casts }, dice) => {
    const found = await app.groups([...new Set([nameOf(casts, dice), nameOf(casts, dice)])])
    return found.map(({ group, status, lag, parked }) => ({ group, status, lag, parked }))
  },
  recentStreams: ({ app }, dice) => app.recentStreams({ limit: 1 + dice.roll(5), ...categoryOf(dice) }),
  stopConsumerGroup: ({ app, casts }, dice, number) => app.stopConsumerGroup(nameOf(casts, dice), `step ${number}`),
  startConsumerGroup: ({ app, casts }, dice) => app.startConsumerGroup(nameOf(casts, dice)),
  async resetConsumerGroup({ app, backend, casts, ledger, now }, dice) {
    const group = nameOf(casts, dice)
    const position = dice.roll(60)
    const date = new Date(now - dice.roll(100_000))
    const to = dice.pick(["beginning", { position }, { date }] as const) ?? "beginning"
    const types = typesOf(dice.roll(8))
    const point = await resetAt(backend, to)
    await app.resetConsumerGroup(group, { to, reemit: dice.roll(2) === 0, ...(types.length > 0 ? { types } : {}) })
    ledger.reset(group, point)
  },
  async renameConsumerGroup(stage, dice) {
    const cast = dice.pick(stage.casts)
    const to = dice.pick(["by-app", ...stage.casts.map(({ group }) => group)]) ?? "by-app"
    if (cast === undefined) return
    await stage.app.renameConsumerGroup(cast.group, to)
    renamed(stage, cast, to)
  },
  skipMessage: async ({ app, backend, casts }, dice) => {
    const { messages } = await backend.read({ from: "log", limit: 40, direction: "backward" })
    return app.skipMessage(nameOf(casts, dice), dice.pick(messages)?.position ?? 1)
  },
  deadLetters: ({ app, casts }, dice) => app.deadLetters({ group: nameOf(casts, dice), limit: 1 + dice.roll(5) }),
  async retryDeadLetters({ app, casts }, dice) {
    const group = nameOf(casts, dice)
    const lane = dice.pick(await app.lanes({ group }))
    return app.retryDeadLetters(group, lane === undefined || dice.roll(3) === 0 ? undefined : [lane.key, "nobody"])
  },
  async discardDeadLetter({ app, casts }, dice) {
    const group = nameOf(casts, dice)
    return app.discardDeadLetter(group, dice.pick(await app.deadLetters({ group }))?.key ?? "nobody")
  },
  lanes: ({ app, casts }, dice) => app.lanes({ group: nameOf(casts, dice), limit: 1 + dice.roll(5) }),
  scheduled: async ({ app }, dice) => {
    const first = await app.scheduled({ limit: 1 + dice.roll(3) })
    const last = first.at(-1)
    const rest = await app.scheduled({ limit: 5, ...(last === undefined ? {} : { after: last }) })
    return [...first, ...rest].map(({ message, at }) => [message.id, at])
  },
  cancelScheduled: async ({ app }, dice) => app.cancelScheduled([await scheduledId(app, dice), idOf("nobody")]),
  reschedule: async ({ app, now }, dice) =>
    app.reschedule([await scheduledId(app, dice)], new Date(now + dice.roll(50_000))),
  processes: async ({ app }) => (await app.processes()).length,
  trim: async ({ app, backend }, dice) => {
    const { head, trimmedTo } = await backend.read({ from: "log", limit: 1 })
    const result = await app.trim(Math.min(trimmedTo + dice.roll(8), head), { force: dice.roll(3) === 0 })
    return { ...result, heldBackBy: result.heldBackBy.toSorted() }
  },
  trimCategory: ({ app }, dice) => app.trimCategory("user", { keep: dice.roll(8), force: dice.roll(3) === 0 }),
}

const byName: ReadonlyMap<string, Play> = new Map(Object.entries(calls))

/** The names of all calls. */
export const APP_CALLS: readonly string[] = [...byName.keys()]

/** Makes the call of this name. */
export async function playAppCall(name: string, stage: Stage, dice: Dice, number: number): Promise<unknown> {
  const play = byName.get(name)
  if (play === undefined) throw new Error(`there is no call named ${name}`)
  return play(stage, dice, number)
}

/** Notes that a group has another name from now on. One of that name that was deleted comes back under the name that is free now: no two workers take one group for theirs. */
export function renamed(stage: Stage, cast: CastGroup, to: string): void {
  stage.casts = stage.casts.map((one) => {
    if (one === cast) return { ...cast, group: to }
    return one.group === to ? { ...one, group: cast.group } : one
  })
  stage.ledger.renamed(cast.group, to)
}

const streamOf = (dice: Dice): string => dice.pick(STREAMS) ?? "cart-1"
const kindOf = (dice: Dice): "event" | "command" => (dice.roll(3) === 0 ? "command" : "event")
const nameOf = (casts: readonly CastGroup[], dice: Dice): string => dice.pick(casts)?.group ?? "nobody"
const keyOf = (dice: Dice) => (dice.roll(4) === 0 ? { idempotencyKey: `app-${dice.roll(5)}` } : {})
const categoryOf = (dice: Dice) => (dice.roll(2) === 0 ? { category: dice.pick(["cart", "user", "none"]) ?? "" } : {})

const someMessages = (dice: Dice, number: number) =>
  Array.from({ length: 1 + dice.roll(3) }, (_, at) => messageOf(kindOf(dice), streamOf(dice), "app", number, at))

const scheduledId = async (app: Operations, dice: Dice) =>
  dice.pick(await app.scheduled())?.message.id ?? idOf("nobody")

async function expectationOf(app: Store, dice: Dice, streamId: string): Promise<ExpectedVersion> {
  const [last] = await app.readStream(streamId, { limit: 1, direction: "backward" })
  const version = last?.version ?? 0
  return dice.pick(["any", "any", version, version, version + 1, "no-stream", "stream-exists"] as const) ?? "any"
}

async function pagesOf(app: Store, dice: Dice): Promise<readonly StoredMessage[]> {
  const options: ReadLogOptions = {
    after: dice.roll(20),
    limit: 1 + dice.roll(30),
    direction: dice.roll(2) === 0 ? "forward" : "backward",
    ...(dice.roll(2) === 0 ? { upto: 10 + dice.roll(60) } : {}),
    ...(dice.roll(2) === 0 ? { types: TYPES.slice(0, 1 + dice.roll(2)) } : {}),
  }
  const found: StoredMessage[] = []
  for await (const message of app.readLog(options)) found.push(message)
  return found
}
