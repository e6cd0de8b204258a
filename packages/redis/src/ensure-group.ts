import {
  type AddedType,
  checkLimit,
  checkName,
  type Ensured,
  freshGroup,
  type GroupSpec,
  hearWants,
  joinType,
  pruneTypes,
  resolveStart,
} from "@millrace/core/backend"

import { change, type Work } from "./change.ts"
import { groupFields, heardFields, replayText } from "./group-fields.ts"
import type { GroupState } from "./group-state.ts"
import { lastBefore } from "./last-before.ts"
import type { Log } from "./log.ts"
import { askOne, countOf } from "./questions.ts"
import { int } from "./reply.ts"

/** Creates a group, or adds the types that it lacks. */
export async function ensureGroup(log: Log, spec: GroupSpec): Promise<Ensured> {
  checkName("group", spec.group)
  checkLimit("maxLanes", spec.maxLanes)
  for (const type of spec.types) checkName("type", type)
  return change(log, { names: [spec.group] }, async (work) => {
    const [group] = work.groups
    if (group === undefined) {
      await createGroup(log, work, spec)
      return { kind: "ensured", created: true, added: [], missing: [] }
    }
    if (group.order !== spec.order) return { kind: "order-differs", stored: group.order }
    group.maxLanes = spec.maxLanes
    const added = await addTypes(log, work, group, spec)
    pruneTypes(group, work.now)
    if (added.length > 0) work.news.work = true
    const missing = [...group.types.keys()].filter((type) => !spec.types.includes(type))
    return { kind: "ensured", created: false, added, missing }
  })
}

async function createGroup(log: Log, work: Work, spec: GroupSpec): Promise<void> {
  const { start: to } = spec
  const recorded = to.at === "date" && Number.isFinite(to.date) ? await lastBefore(log, to.date) : 0
  const start = resolveStart(to, { head: work.head, lastBefore: () => recorded })
  // A number that a lost race leaves unused is never used again.
  const id = int(await log.connection.tell("HINCRBY", `{${log.settings.prefix}}:log`, "groups", 1))
  const fresh = freshGroup(spec, { start, partitions: log.partitions, now: work.now })
  const group: GroupState = {
    ...fresh,
    id: String(id),
    openLanes: 0,
    wayMs: 0,
    added: { dropped: 0, skipped: 0, skips: [] },
    marks: new Set(),
    partitions: [],
  }
  work.guards.push(["groups", spec.group, ""])
  work.writes.push(["HSET", "groups", spec.group, id])
  work.writes.push([
    "HSET",
    `g:${id}`,
    "partitions",
    fresh.partitions.length,
    "revision",
    1,
    ...Object.entries(groupFields(group)).flat(),
  ])
  work.writes.push(["HSET", `g:${id}:heard`, ...Object.entries(heardFields(group)).flat()])
  for (const { partition, checkpoint, replay } of fresh.partitions)
    work.writes.push(["HSET", `g:${id}:p${partition}`, "checkpoint", checkpoint, "replay", replayText(replay)])
  for (let partition = 0; partition < log.partitions; partition += 1)
    work.moves.push(["at", spec.group, partition, start, ""])
  work.news.work = true
}

async function addTypes(log: Log, work: Work, group: GroupState, spec: GroupSpec): Promise<readonly AddedType[]> {
  const { now, head: since } = work
  const added: AddedType[] = []
  hearWants(group, spec.types, now)
  for (const type of new Set(spec.types)) {
    if (group.types.has(type)) continue
    joinType(group, type, { since, now })
    added.push({ type, since, passedOver: await askOne(log, countOf(type, "t:", { after: 0, upto: since })) })
  }
  return added
}
