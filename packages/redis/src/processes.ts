import {
  type Beat,
  checkName,
  hearWants,
  type Instant,
  isLeftBy,
  isReservedFor,
  isSupersededBy,
  judgeBeat,
  leaseAfterRelease,
  leaseAfterSupersede,
  type Owner,
  PROCESS_TTL_MS,
  pruneTypes,
  type Pulse,
  TYPE_GRACE_MS,
} from "@millrace/core/backend"

import { change, type Work } from "./change.ts"
import type { Lane, PartitionState } from "./group-state.ts"
import type { Log } from "./log.ts"
import { int, list, text } from "./reply.ts"
import { scripts } from "./scripts.ts"

/** A process not heard for a day is forgotten. */
const FORGET_PROCESS_MS = 24 * 60 * 60 * 1000

/** Who holds a process name. */
interface Holder {
  readonly bootId: string
  readonly beats: number
  readonly seenAt: number
  readonly host: string
  readonly pid: number
}

/** Hears a process: that it lives, goes, or wants its name. */
export async function heartbeat(log: Log, beat: Beat): Promise<Pulse> {
  checkName("process name", beat.owner.processName)
  checkName("boot id", beat.owner.bootId)
  for (;;) {
    const pulse = beat.kind === "leave" ? undefined : await beatOn(log, beat)
    if (pulse === "kept") return { kind: "ok" }
    const ruled = await rule(log, beat, pulse ?? (await holderOf(log, beat.owner.processName)))
    if (ruled !== "changed") return ruled
  }
}

/** The usual case in one script: the holder of a name lives on and wants what it wanted. Else who holds the name. */
async function beatOn(log: Log, { owner, facts, wants }: Beat): Promise<"kept" | Found> {
  const [kind, ...rest] = list(
    await log.run(scripts.beat, [
      owner.processName,
      owner.bootId,
      facts.host,
      facts.pid,
      TYPE_GRACE_MS,
      PROCESS_TTL_MS,
      wants.length,
      ...wants.flatMap(({ group, types }) => [group, types.length, ...types]),
    ]),
  )
  if (kind === "other") return { holder: holderFrom(list(rest[1])) }
  const names = rest.map(text)
  if (names.length > 0)
    await change(log, { names }, ({ groups, now }) => {
      for (const group of groups) pruneTypes(group, now)
    })
  return "kept"
}

interface Found {
  readonly holder: Holder | undefined
}

async function holderOf({ connection, settings }: Log, name: string): Promise<Found> {
  const key = `{${settings.prefix}}:process:${name}`
  const values = list(await connection.ask("HMGET", key, "boot", "beats", "seenAt", "host", "pid"))
  return { holder: holderFrom(values.map((value) => value ?? "")) }
}

function holderFrom([boot, beats, seenAt, host, pid]: readonly unknown[]): Holder | undefined {
  if (boot === "") return undefined
  return { bootId: text(boot), beats: int(beats), seenAt: int(seenAt), host: text(host), pid: int(pid) }
}

/** What becomes of a beat that is not the holder's own; `changed` when the name has changed hands meanwhile. */
async function rule(log: Log, beat: Beat, { holder }: Found): Promise<Pulse | "changed"> {
  const { processName } = beat.owner
  return change(log, {}, async (work): Promise<Pulse | "changed"> => {
    const { holder: now } = await holderOf(log, processName)
    if (now?.bootId !== holder?.bootId || now?.beats !== holder?.beats) return "changed"
    const key = `process:${processName}`
    work.guards.push([key, "boot", holder?.bootId ?? ""], [key, "beats", holder === undefined ? "" : `${holder.beats}`])
    return ruled(log, work, beat, holder)
  })
}

async function ruled(log: Log, work: Work, beat: Beat, holder: Holder | undefined): Promise<Pulse | "changed"> {
  const { processName } = beat.owner
  const key = `process:${processName}`
  const ruling = judgeBeat(beat, holder, work.now)
  switch (ruling.kind) {
    case "keep":
      return "changed"
    case "take": {
      const { from } = ruling
      if (from !== undefined) supersedeLeases(work, beat.owner)
      takeName(work, beat)
      for (const name of await forgotten(log, work.now))
        work.writes.push(["UNLINK", `process:${name}`], ["SREM", "processes", name])
      return { kind: "ok" }
    }
    case "held": {
      if (ruling.challenge) work.news.challenged.add(processName)
      // Nothing else changes, and yet the holder has to hear of it.
      if (ruling.challenge) work.writes.push(["HSET", key, "challengedAt", work.now])
      const { host = "", pid = 0, beats = 0, bootId: heldBy = "" } = holder ?? {}
      return { kind: "held", bootId: heldBy, beats, host, pid }
    }
    case "fenced":
      return { kind: "fenced", bootId: holder?.bootId ?? "" }
    case "go":
      work.writes.push(["UNLINK", key], ["SREM", "processes", processName])
      releaseLeases(work, beat.owner)
      return { kind: "ok" }
    case "nothing":
      return { kind: "ok" }
  }
}

function takeName(work: Work, { owner, facts, wants }: Beat): void {
  const { now } = work
  const key = `process:${owner.processName}`
  const { host, pid } = facts
  work.writes.push(["UNLINK", key], ["SADD", "processes", owner.processName])
  work.writes.push([
    "HSET",
    key,
    "boot",
    owner.bootId,
    "beats",
    1,
    "host",
    host,
    "pid",
    pid,
    "startedAt",
    now,
    "seenAt",
    now,
    "lanesReservedUntil",
    reservedUntil(work, owner.processName, isLane),
    "reservedUntil",
    reservedUntil(work, owner.processName, (held) => !isLane(held)),
  ])
  for (const { group: name, types } of wants) {
    const group = work.groups.find((one) => one.name === name)
    if (group === undefined) continue
    hearWants(group, types, now)
  }
  for (const group of work.groups) pruneTypes(group, now)
}

/** What earlier boots of a name hold is reserved for it, and they can settle and extend nothing any more. */
function supersedeLeases(work: Work, owner: Owner): void {
  for (const held of leased(work)) {
    if (!isSupersededBy(held.lease, owner)) continue
    held.lease = leaseAfterSupersede(held.lease)
    held.token = null
    work.news.work = true
  }
}

/** What a process holds, or is reserved for its name, falls free. */
function releaseLeases(work: Work, owner: Owner): void {
  for (const held of leased(work)) {
    if (!isLeftBy(held.lease, owner)) continue
    held.lease = leaseAfterRelease(held.lease, false)
    work.news.work = true
  }
}

/** Until when a lane, or a partition, is reserved for a name; 0 where none is. Until then its claims look at all of them that are leased. */
function reservedUntil(work: Work, processName: string, isOne: (held: PartitionState | Lane) => boolean): Instant {
  const reserved = [...leased(work)].filter((held) => isOne(held) && isReservedFor(held.lease, processName))
  return Math.max(0, ...reserved.map(({ lease }) => lease.until))
}

function isLane(held: PartitionState | Lane): boolean {
  return "key" in held
}

/** All that can be leased. */
function* leased({ groups }: Work): Iterable<PartitionState | Lane> {
  for (const { partitions } of groups) for (const at of partitions) yield* [at, ...at.lanes.values()]
}

/** Processes that nobody has heard of for long. */
async function forgotten({ connection, settings }: Log, now: number): Promise<readonly string[]> {
  const prefix = `{${settings.prefix}}:`
  const names = list(await connection.ask("SMEMBERS", `${prefix}processes`)).map(text)
  const old: string[] = []
  for (const name of names) {
    const seenAt = await connection.ask("HGET", `${prefix}process:${name}`, "seenAt")
    if (now - Number(seenAt ?? 0) > FORGET_PROCESS_MS) old.push(name)
  }
  return old
}
