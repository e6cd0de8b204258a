import {
  type AddedType,
  BackendError,
  checkLimit,
  checkName,
  type Ensured,
  freshGroup,
  type GroupSpec,
  hearWants,
  joinType,
  resolveStart,
} from "@millrace/core/backend"

import { countOfType } from "./counts.ts"
import { isTaken } from "./errors.ts"
import { groupDocument } from "./group-document.ts"
import { editAll, type GroupState } from "./group-state.ts"
import { lastBefore } from "./last-before.ts"
import type { Log } from "./log.ts"
import { newGroup } from "./new-group.ts"
import { heardNow } from "./processes.ts"
import { boundsOf } from "./read.ts"
import { pruneTypes } from "./type-grace.ts"

/** Creates a group, or adds types to it: `since` is the head of that moment. */
export async function ensureGroup(log: Log, spec: GroupSpec): Promise<Ensured> {
  checkName("group", spec.group)
  checkLimit("maxLanes", spec.maxLanes)
  for (const type of spec.types) checkName("type", type)
  for (;;) {
    if (await exists(log, spec.group)) return join(log, spec)
    if (await create(log, spec)) {
      log.news.work()
      return { kind: "ensured", created: true, added: [], missing: [] }
    }
  }
}

async function exists({ database }: Log, name: string): Promise<boolean> {
  return (await database.read(() => database.groups.findOne({ name }, { projection: { _id: 1 } }))) !== null
}

/** False when somebody else made it at the same time. */
async function create(log: Log, spec: GroupSpec): Promise<boolean> {
  const { database } = log
  const { head, trimmedTo } = await boundsOf(log)
  const dated = spec.start.at === "date" ? await lastBefore(database, spec.start.date, { head, trimmedTo }) : 0
  const start = resolveStart(spec.start, { head, lastBefore: () => dated })
  const now = await log.clock.now()
  const group = await newGroup(log, freshGroup(spec, { start, partitions: log.partitions, now }), { trimmedTo })
  const { id } = group
  try {
    await database.write(() => database.groups.insertOne(groupDocument(group, id)))
    return true
  } catch (error) {
    if (!isTaken(error instanceof BackendError ? error.cause : error)) throw error
    // A repetition after a broken connection meets what it wrote itself.
    return (await database.read(() => database.groups.findOne({ _id: id }, { projection: { _id: 1 } }))) !== null
  }
}

async function join(log: Log, spec: GroupSpec): Promise<Ensured> {
  const ensured = await log.groups.change(spec.group, async (draft): Promise<Ensured> => {
    if (draft.order !== spec.order) return { kind: "order-differs", stored: draft.order }
    await log.chain.refresh()
    const now = await log.clock.now()
    draft.maxLanes = spec.maxLanes
    hearWants(draft, spec.types, now)
    const added: AddedType[] = []
    for (const type of new Set(spec.types)) if (!draft.types.has(type)) added.push(await addType(log, draft, type, now))
    pruneTypes(draft, { now, heard: await heardNow(log) })
    const missing = [...draft.types.keys()].filter((type) => !spec.types.includes(type))
    return { kind: "ensured", created: false, added, missing }
  })
  if (ensured.kind === "ensured" && ensured.added.length > 0) log.news.work()
  return ensured
}

async function addType(log: Log, draft: GroupState, type: string, now: number): Promise<AddedType> {
  const since = log.chain.head
  editAll(draft)
  joinType(draft, type, { since, now })
  return { type, since, passedOver: await countOfType(log, type, since) }
}
