import { randomUUID } from "node:crypto"

import {
  BackendError,
  type Beat,
  checkName,
  type Instant,
  isLeftBy,
  isSupersededBy,
  judgeBeat,
  leaseAfterRelease,
  leaseAfterSupersede,
  type LeaseState,
  type Owner,
  PROCESS_TTL_MS,
  type Pulse,
  TYPE_GRACE_MS,
} from "@millrace/core/backend"

import type { Database } from "./database.ts"
import { isTaken } from "./errors.ts"
import { edit, type Lane, setLane } from "./group-state.ts"
import type { Log } from "./log.ts"
import { nameKey } from "./name-key.ts"
import type { Heard, ProcessDocument } from "./stored.ts"
import { leaving, pruneTypes } from "./type-grace.ts"

/** A process not heard for a day is forgotten. */
const FORGET_PROCESS_MS = 24 * 60 * 60 * 1000

/** For how long it matters who wanted a type. */
const HEARD_MS = 2 * (TYPE_GRACE_MS + PROCESS_TTL_MS)

/** How often a process looks for types and processes to let go of, by the log's clock. */
const LET_GO_EVERY_MS = 2 * PROCESS_TTL_MS

/** Beats of a name by several at once that meet before one gives up. */
const MOST_ROUNDS = 100

/** Hears a process: that it lives, goes, or wants its name. */
export async function heartbeat(log: Log, beat: Beat): Promise<Pulse> {
  checkName("process name", beat.owner.processName)
  checkName("boot id", beat.owner.bootId)
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const pulse = await hear(log, beat, round === 0)
    if (pulse === undefined) continue
    if (pulse.kind === "ok" && beat.kind !== "leave") await letGo(log, beat)
    return pulse
  }
  throw new BackendError(
    "unavailable",
    `${log.database.where}: ${MOST_ROUNDS} beats of one process name at once; nothing was changed: try again`,
  )
}

/** What this backend wrote last of a process that it beats for: most beats find it as it was. */
const lastBeats = new WeakMap<Database, Map<string, ProcessDocument>>()

/** What is stored of a process name: for a beat of its holder as it was left, if `remembered`, for the write shows whether it still is so. */
async function storedOf(
  { database }: Log,
  { kind, owner }: Beat,
  remembered: boolean,
): Promise<ProcessDocument | null> {
  const _id = nameKey(owner.processName)
  const last = lastBeats.get(database)?.get(_id)
  if (remembered && kind === "beat" && last?.bootId === owner.bootId) return last
  return database.read(() => database.processes.findOne({ _id }))
}

function remember(database: Database, { _id }: ProcessDocument, document: ProcessDocument | undefined): void {
  const beats = lastBeats.get(database) ?? new Map<string, ProcessDocument>()
  lastBeats.set(database, beats)
  if (document === undefined || document.left) beats.delete(_id)
  else beats.set(_id, document)
}

/** `undefined`: somebody else wrote first. */
async function hear(log: Log, beat: Beat, remembered: boolean): Promise<Pulse | undefined> {
  const { processName, bootId } = beat.owner
  const _id = nameKey(processName)
  const [now, stored] = await Promise.all([log.clock.now(), storedOf(log, beat, remembered)])
  const holder = stored === null || stored.left ? undefined : stored
  const ruling = judgeBeat(beat, holder, now)
  switch (ruling.kind) {
    case "keep":
    case "take": {
      const before = ruling.kind === "keep" ? holder : undefined
      const next: ProcessDocument = {
        _id,
        name: processName,
        by: randomUUID(),
        rev: (stored?.rev ?? 0) + 1,
        bootId,
        host: beat.facts.host,
        pid: beat.facts.pid,
        startedAt: before?.startedAt ?? now,
        seenAt: now,
        beats: (before?.beats ?? 0) + 1,
        left: false,
        heard: heardBy(beat, stored?.heard ?? [], now),
      }
      if (!(await put(log, stored, next))) return undefined
      if (ruling.kind === "take" && ruling.from !== undefined) await supersedeLeases(log, beat.owner)
      return { kind: "ok" }
    }
    case "held": {
      if (ruling.challenge) log.news.challenge(processName)
      const { host = "", pid = 0, beats = 0, bootId: heldBy = "" } = holder ?? {}
      return { kind: "held", bootId: heldBy, beats, host, pid }
    }
    case "fenced":
      return { kind: "fenced", bootId: holder?.bootId ?? "" }
    case "go":
      if (
        stored !== null &&
        !(await put(log, stored, { ...stored, rev: stored.rev + 1, by: randomUUID(), left: true }))
      )
        return undefined
      await releaseLeases(log, beat.owner)
      return { kind: "ok" }
    case "nothing":
      return { kind: "ok" }
  }
}

async function put({ database }: Log, stored: ProcessDocument | null, next: ProcessDocument): Promise<boolean> {
  const mine = await store(database, stored, next)
  remember(database, next, mine ? next : undefined)
  return mine
}

async function store(database: Database, stored: ProcessDocument | null, next: ProcessDocument): Promise<boolean> {
  try {
    if (stored === null) await database.write(() => database.processes.insertOne(next))
    else {
      const { matchedCount } = await database.write(() =>
        database.processes.replaceOne({ _id: stored._id, rev: stored.rev }, next),
      )
      if (matchedCount === 1) return true
    }
  } catch (error) {
    if (!isTaken(error instanceof BackendError ? error.cause : error)) throw error
  }
  // A repetition after a broken connection meets what it wrote itself.
  const there = await database.read(() => database.processes.findOne({ _id: next._id }, { projection: { by: 1 } }))
  return there?.by === next.by
}

/** What is known to be wanted: by this beat, and by earlier ones of this name that still count. */
function heardBy({ wants }: Beat, before: readonly Heard[], now: Instant): readonly Heard[] {
  const fresh = wants.map(({ group, types }): Heard => ({ group, types: [...types], at: now }))
  const older = before.filter((one) => now - one.at <= HEARD_MS && !fresh.some((other) => isSame(one, other)))
  return [...fresh, ...older]
}

function isSame(one: Heard, other: Heard): boolean {
  return one.group === other.group && JSON.stringify(one.types) === JSON.stringify(other.types)
}

/** What processes said they want. */
export async function heardNow({ database }: Log): Promise<readonly Heard[]> {
  const all = await database.read(() => database.processes.find({}, { projection: { heard: 1 } }).toArray())
  return all.flatMap(({ heard }) => heard)
}

/** What a lease, and the token it may be settled by, become. */
type Leased = Pick<Lane, "lease" | "token">

/** What earlier boots of a name hold is reserved for it, and they can settle and extend nothing any more. */
function supersedeLeases(log: Log, owner: Owner): Promise<void> {
  const become = ({ lease }: Leased): Leased => ({ lease: leaseAfterSupersede(lease), token: null })
  return changeLeases(log, (lease) => isSupersededBy(lease, owner), become)
}

/** What a process holds, or is reserved for its name, falls free. */
function releaseLeases(log: Log, owner: Owner): Promise<void> {
  const become = ({ lease, token }: Leased): Leased => ({ lease: leaseAfterRelease(lease, false), token })
  return changeLeases(log, (lease) => isLeftBy(lease, owner), become)
}

async function changeLeases(
  log: Log,
  isMeant: (lease: LeaseState) => boolean,
  become: (held: Leased) => Leased,
): Promise<void> {
  for (const group of await log.groups.fresh()) {
    if (!group.partitions.some(({ lease, lanes }) => [...lanes.values(), { lease }].some((one) => isMeant(one.lease))))
      continue
    await log.groups.change(group.name, (draft) => {
      for (const { partition, lease, lanes } of draft.partitions) {
        const meant = [...lanes.values()].filter((lane) => isMeant(lane.lease))
        if (!isMeant(lease) && meant.length === 0) continue
        const at = edit(draft, partition)
        if (isMeant(lease)) ({ lease: at.lease, token: at.token } = become(at))
        for (const lane of meant) setLane(at, { ...lane, ...become(lane) })
      }
    })
    log.news.work()
  }
}

const lastLetGo = new WeakMap<Database, Instant>()

/** Lets go of processes that nobody has heard of for long, and of such types of the groups that this one works for: once in a while. */
async function letGo(log: Log, { wants }: Beat): Promise<void> {
  const { database } = log
  const now = await log.clock.now()
  if (now - (lastLetGo.get(database) ?? Number.NEGATIVE_INFINITY) < LET_GO_EVERY_MS) return
  lastLetGo.set(database, now)
  const seen = await database.read(() => database.processes.find({}, { projection: { heard: 1, seenAt: 1 } }).toArray())
  const heard = seen.flatMap((process) => process.heard)
  for (const name of new Set(wants.map(({ group }) => group))) await letGoOf(log, name, { now, heard })
  if (seen.some(({ seenAt }) => seenAt < now - FORGET_PROCESS_MS))
    await database.write(() => database.processes.deleteMany({ seenAt: { $lt: now - FORGET_PROCESS_MS } }))
}

async function letGoOf(
  log: Log,
  name: string,
  { now, heard }: { readonly now: Instant; readonly heard: readonly Heard[] },
): Promise<void> {
  try {
    if (leaving(await log.groups.known(name), { now, heard }).length === 0) return
    await log.groups.change(name, async (draft) => pruneTypes(draft, { now, heard: await heardNow(log) }))
  } catch (error) {
    // Whoever wants a group that was deleted makes it again when it next starts.
    if (!(error instanceof BackendError && error.code === "not-found")) throw error
  }
}
