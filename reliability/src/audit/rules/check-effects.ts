import type { Stage } from "../audit.ts"
import type { Evidence, LoggedMessage, StoredGroup } from "../evidence.ts"
import type { Wrong } from "../findings.ts"
import { readNumber, readText } from "../read-payload.ts"

/** What a group makes of each message of some types: one message of this type, in this stream. */
interface Effect {
  readonly group: string
  readonly of: readonly string[]
  readonly type: string
  readonly streamOf: (cause: LoggedMessage) => string
  /** Whether those of a stream come in the order of their causes. */
  readonly ordered: boolean
}

const TALLIES = 4

const EFFECTS: readonly Effect[] = [
  {
    group: "account",
    of: ["chaos.sent"],
    type: "chaos.receive",
    streamOf: ({ payload }) => readText(payload, "to"),
    ordered: false,
  },
  {
    group: "mirror",
    of: ["chaos.sent", "chaos.received", "chaos.declined"],
    type: "chaos.mirrored",
    streamOf: ({ streamId }) => `mirror-${streamId}`,
    ordered: true,
  },
  {
    group: "book",
    of: ["chaos.sent", "chaos.received"],
    type: "chaos.booked",
    streamOf: () => "book-1",
    ordered: true,
  },
  {
    group: "tally",
    of: ["chaos.sent"],
    type: "chaos.tallied",
    streamOf: ({ streamId }) => `tally-${Number(/\d+$/.exec(streamId)?.[0]) % TALLIES}`,
    ordered: true,
  },
  {
    group: "post",
    of: ["chaos.parcel"],
    type: "chaos.delivered",
    streamOf: ({ streamId }) => `delivered-${streamId}`,
    ordered: true,
  },
  {
    group: "bell",
    of: ["chaos.ring"],
    type: "chaos.rung",
    streamOf: ({ streamId }) => `rung-${streamId}`,
    ordered: true,
  },
  {
    group: "remind",
    of: ["chaos.counted"],
    type: "chaos.reminded",
    streamOf: ({ streamId }) => `reminder-${streamId}`,
    ordered: false,
  },
  {
    group: "greet",
    of: ["chaos.counted", "chaos.ring"],
    type: "chaos.greeted",
    streamOf: ({ streamId }) => `greeted-${streamId}`,
    ordered: true,
  },
]

/** Every message that a group wanted has led to its effect exactly once, in order, and no effect follows from nothing. */
export function checkEffects(evidence: Evidence, stage: Stage, wrong: Wrong): void {
  const groups = new Map(evidence.groups.map((group) => [group.name, group]))
  for (const effect of EFFECTS) {
    const group = groups.get(effect.group)
    const causes = group === undefined ? [] : causesOf(effect, evidence.messages, group, stage)
    const effects = evidence.messages.filter(({ type }) => type === effect.type)
    checkEach(effect, causes, effects, wrong)
    if (effect.ordered) checkOrder(effect, effects, wrong)
  }
}

/** What the group should have made something of by now. */
function causesOf(
  { of }: Effect,
  messages: readonly LoggedMessage[],
  group: StoredGroup,
  stage: Stage,
): readonly LoggedMessage[] {
  const parked = new Map(group.lanes.filter((lane) => lane.parked).map(({ key, next }) => [key, next]))
  return messages.filter(({ type, position, streamId }) => {
    const since = group.types.get(type)
    if (!of.includes(type) || since === undefined || position <= since) return false
    return stage === "mended" || position < (parked.get(streamId) ?? Number.POSITIVE_INFINITY)
  })
}

function checkEach(
  effect: Effect,
  causes: readonly LoggedMessage[],
  effects: readonly LoggedMessage[],
  wrong: Wrong,
): void {
  const byCause = Map.groupBy(effects, ({ causationId }) => causationId)
  for (const cause of causes) {
    const found = byCause.get(cause.id) ?? []
    const where = `${effect.group}: the ${cause.type} at position ${cause.position} of ${cause.streamId}`
    if (found.length === 0) wrong("lost", `${where} has led to no ${effect.type}`)
    if (found.length > 1) wrong("doubled", `${where} has led to ${effect.type} ${found.length} times`)
    for (const { streamId, position, payload } of found) {
      if (streamId !== effect.streamOf(cause)) wrong("torn", `${where} has led to a message in ${streamId}`)
      if (position <= cause.position) wrong("reordered", `${where} has led to a message before it, at ${position}`)
      if (effect.type !== "chaos.receive" && readNumber(payload, "of") !== cause.position)
        wrong("torn", `${where} has led to a message that names another, at ${position}`)
    }
    byCause.delete(cause.id)
  }
  for (const found of byCause.values())
    for (const { position, causationId } of found)
      wrong("doubled", `${effect.group}: the ${effect.type} at ${position} follows from nothing (${causationId})`)
}

function checkOrder({ group }: Effect, effects: readonly LoggedMessage[], wrong: Wrong): void {
  const last = new Map<string, number>()
  for (const { streamId, position, payload } of effects) {
    const of = readNumber(payload, "of")
    const before = last.get(streamId) ?? 0
    if (of < before) wrong("reordered", `${group}: position ${position} of ${streamId} is of ${of}, after ${before}`)
    last.set(streamId, Math.max(of, before))
  }
}
