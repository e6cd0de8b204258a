import { randomUUID } from "node:crypto"

import {
  type AddedType,
  BackendError,
  checkLimit,
  checkName,
  type Ensured,
  FREE,
  type GroupSpec,
  type Position,
  replayAfterTypeJoins,
  replayFromStart,
  resolveStart,
} from "@millrace/core/backend"

import { countOfType } from "./counts.ts"
import { isTaken } from "./errors.ts"
import { groupDocument } from "./group-document.ts"
import type { GroupState, PartitionState } from "./group-state.ts"
import { lastBefore } from "./last-before.ts"
import type { Log } from "./log.ts"
import { mapReplays } from "./map-replays.ts"
import { heardNow } from "./processes.ts"
import { boundsOf } from "./read.ts"
import { pruneTypes } from "./type-grace.ts"

/** The tokens that one group may use before those of the next one begin. */
const TOKENS_EACH = 2 ** 36

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
  const counted = await database.write(() =>
    database.logs.findOneAndUpdate({ _id: "log" }, { $inc: { groups: 1 } }, { returnDocument: "after" }),
  )
  const id = randomUUID()
  const group: GroupState = {
    id,
    name: spec.group,
    rev: 1,
    order: spec.order,
    start,
    floor: trimmedTo,
    thinned: log.thinned,
    stopped: null,
    maxLanes: spec.maxLanes,
    types: new Map([...new Set(spec.types)].map((type) => [type, { since: 0, wantedAt: now }])),
    heardAt: now,
    reemit: false,
    epoch: 0,
    dropped: 0,
    skips: [],
    skipped: 0,
    marks: new Set(),
    tokens: (counted?.groups ?? 1) * TOKENS_EACH,
    partitions: Array.from({ length: spec.order === "stream" ? log.partitions : 1 }, (_, at) => fresh(at, start)),
    edited: new Set(),
    spent: new Set(),
  }
  try {
    await database.write(() => database.groups.insertOne(groupDocument(group, id)))
    return true
  } catch (error) {
    if (!isTaken(error instanceof BackendError ? error.cause : error)) throw error
    // A repetition after a broken connection meets what it wrote itself.
    return (await database.read(() => database.groups.findOne({ _id: id }, { projection: { _id: 1 } }))) !== null
  }
}

function fresh(partition: number, start: Position): PartitionState {
  return {
    partition,
    checkpoint: start,
    replay: replayFromStart(start),
    rows: new Map(),
    token: null,
    lease: FREE,
    leaseMs: 0,
    hold: null,
    lanes: new Map(),
    repeats: new Map(),
  }
}

async function join(log: Log, spec: GroupSpec): Promise<Ensured> {
  const ensured = await log.groups.change(spec.group, async (draft): Promise<Ensured> => {
    if (draft.order !== spec.order) return { kind: "order-differs", stored: draft.order }
    await log.chain.refresh()
    const now = await log.clock.now()
    draft.maxLanes = spec.maxLanes
    draft.heardAt = now
    const added: AddedType[] = []
    for (const type of new Set(spec.types)) {
      const known = draft.types.get(type)
      if (known === undefined) added.push(await addType(log, draft, type, now))
      else draft.types = new Map([...draft.types, [type, { ...known, wantedAt: now }]])
    }
    pruneTypes(draft, { now, heard: await heardNow(log) })
    const missing = [...draft.types.keys()].filter((type) => !spec.types.includes(type))
    return { kind: "ensured", created: false, added, missing }
  })
  if (ensured.kind === "ensured" && ensured.added.length > 0) log.news.work()
  return ensured
}

async function addType(log: Log, draft: GroupState, type: string, now: number): Promise<AddedType> {
  const since = log.chain.head
  draft.types = new Map([...draft.types, [type, { since, wantedAt: now }]])
  mapReplays(draft, (replay) => replayAfterTypeJoins(replay, { type, start: draft.start, since }))
  return { type, since, passedOver: await countOfType(log, type, since) }
}
