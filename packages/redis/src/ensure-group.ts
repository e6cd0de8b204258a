import {
  type AddedType,
  checkLimit,
  checkName,
  type Ensured,
  type GroupSpec,
  replayAfterTypeJoins,
  replayFromStart,
  resolveStart,
} from "@millrace/core/backend"

import { change, type Work } from "./change.ts"
import { eachReplay } from "./each-replay.ts"
import { groupFields, heardFields, replayText } from "./group-fields.ts"
import type { GroupState } from "./group-state.ts"
import { lastBefore } from "./last-before.ts"
import type { Log } from "./log.ts"
import { pruneTypes } from "./prune-types.ts"
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
    group.heardAt = work.now
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
  const partitions = spec.order === "stream" ? log.partitions : 1
  const group: GroupState = {
    id: String(id),
    name: spec.group,
    order: spec.order,
    start,
    stopped: null,
    maxLanes: spec.maxLanes,
    types: new Map(spec.types.map((type) => [type, { since: 0, wantedAt: work.now }])),
    heardAt: work.now,
    reemit: false,
    epoch: 0,
    dropped: 0,
    skipped: 0,
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
    partitions,
    "revision",
    1,
    ...Object.entries(groupFields(group)).flat(),
  ])
  work.writes.push(["HSET", `g:${id}:heard`, ...Object.entries(heardFields(group)).flat()])
  const replay = replayText(replayFromStart(start))
  for (let partition = 0; partition < partitions; partition += 1)
    work.writes.push(["HSET", `g:${id}:p${partition}`, "checkpoint", start, "replay", replay])
  for (let partition = 0; partition < log.partitions; partition += 1)
    work.moves.push(["at", spec.group, partition, start, ""])
  work.news.work = true
}

async function addTypes(log: Log, work: Work, group: GroupState, spec: GroupSpec): Promise<readonly AddedType[]> {
  const added: AddedType[] = []
  for (const type of new Set(spec.types)) {
    const known = group.types.get(type)
    if (known !== undefined) {
      known.wantedAt = work.now
      continue
    }
    const since = work.head
    group.types.set(type, { since, wantedAt: work.now })
    eachReplay(group, (replay) => replayAfterTypeJoins(replay, { type, start: group.start, since }))
    added.push({ type, since, passedOver: await askOne(log, countOf(type, "t:", { after: 0, upto: since })) })
  }
  return added
}
