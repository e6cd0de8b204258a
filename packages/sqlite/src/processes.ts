import {
  type Beat,
  checkName,
  type Instant,
  judgeBeat,
  type NameHolder,
  type Owner,
  type Pulse,
  TYPE_GRACE_MS,
} from "@millrace/core/backend"

import { findGroup } from "./group-model.ts"
import type { Memo } from "./memo.ts"
import { int, text } from "./row.ts"
import { beatProcess } from "./sql/beat-process.ts"
import { challengeProcess } from "./sql/challenge-process.ts"
import { deleteProcess } from "./sql/delete-process.ts"
import { forgetProcesses } from "./sql/forget-processes.ts"
import { hearGroup } from "./sql/hear-group.ts"
import { hearType } from "./sql/hear-type.ts"
import { putProcess } from "./sql/put-process.ts"
import { releaseLanes } from "./sql/release-lanes.ts"
import { releasePartitions } from "./sql/release-partitions.ts"
import { selectGroupNames } from "./sql/select-group-names.ts"
import { selectProcess } from "./sql/select-process.ts"
import { supersedeLanes } from "./sql/supersede-lanes.ts"
import { supersedePartitions } from "./sql/supersede-partitions.ts"
import { storedJson } from "./stored-json.ts"
import type { Writing } from "./transaction.ts"
import { removeLeftTypes, type Wants } from "./type-grace.ts"

/** A process not heard for a day is forgotten. */
const FORGET_PROCESS_MS = 24 * 60 * 60 * 1000

/** When the next type could leave a group, as far as this process knows. */
export interface TypeWatch {
  nextAt: Instant
}

/** A process as its row holds it. */
interface ProcessRow extends NameHolder {
  readonly host: string
  readonly pid: number
  readonly startedAt: Instant
  readonly wants: Wants
}

/** Hears a process: that it lives, goes, or wants its name. */
export function heartbeat(writing: Writing, beat: Beat, memo: Memo, watch: TypeWatch): Pulse {
  checkName("process name", beat.owner.processName)
  checkName("boot id", beat.owner.bootId)
  const pulse = beatsOn(writing, beat) ? ({ kind: "ok" } as const) : ruled(writing, beat, memo)
  if (pulse.kind === "ok" && beat.kind !== "leave") letTypesGo(writing, memo, watch)
  return pulse
}

/** The usual case in one statement: the holder of a name lives on and wants what it wanted. */
function beatsOn({ db, now }: Writing, { kind, owner, facts, wants }: Beat): boolean {
  if (kind === "leave") return false
  const { processName, bootId } = owner
  return db.get(beatProcess, processName, bootId, now, JSON.stringify(wants), facts.host, facts.pid) !== undefined
}

function ruled(writing: Writing, beat: Beat, memo: Memo): Pulse {
  const { db, log, now, news } = writing
  const { processName, bootId } = beat.owner
  const holder = holderOf(writing, processName)
  const ruling = judgeBeat(beat, holder, now)
  switch (ruling.kind) {
    case "keep":
    case "take": {
      if (ruling.kind === "take" && ruling.from !== undefined) supersedeLeases(writing, beat.owner, memo)
      if (holder !== undefined) noteWants(writing, holder, memo)
      const before = ruling.kind === "keep" ? holder : undefined
      const { host, pid } = beat.facts
      const wants = JSON.stringify(beat.wants)
      db.run(putProcess, processName, bootId, (before?.beats ?? 0) + 1, host, pid, before?.startedAt ?? now, now, wants)
      db.run(forgetProcesses, now - FORGET_PROCESS_MS)
      return { kind: "ok" }
    }
    case "held": {
      if (ruling.challenge) {
        news.challenged.add(processName)
        db.run(challengeProcess, processName, log.challengeSeq + 1)
      }
      const { host = "", pid = 0, beats = 0, bootId: heldBy = "" } = holder ?? {}
      return { kind: "held", bootId: heldBy, beats, host, pid }
    }
    case "fenced":
      return { kind: "fenced", bootId: holder?.bootId ?? "" }
    case "go":
      if (holder !== undefined) noteWants(writing, holder, memo)
      db.run(deleteProcess, processName)
      releaseLeases(writing, beat.owner, memo)
      return { kind: "ok" }
    case "nothing":
      return { kind: "ok" }
  }
}

function holderOf({ db }: Writing, name: string): ProcessRow | undefined {
  const row = db.get(selectProcess, name)
  if (row === undefined) return undefined
  const wants = storedJson<Wants>(text(row[5]))
  return {
    bootId: text(row[0]),
    beats: int(row[1]),
    seenAt: int(row[2]),
    host: text(row[3]),
    pid: int(row[4]),
    startedAt: int(row[6]),
    wants,
  }
}

/** What earlier boots of a name hold is reserved for it. */
function supersedeLeases(writing: Writing, owner: Owner, memo: Memo): void {
  changeLeases(writing, owner, memo, [supersedePartitions, supersedeLanes])
}

/** What a process holds, or is reserved for its name, falls free. */
function releaseLeases(writing: Writing, owner: Owner, memo: Memo): void {
  changeLeases(writing, owner, memo, [releasePartitions, releaseLanes])
}

function changeLeases(
  { db, log, news }: Writing,
  { processName, bootId }: Owner,
  memo: Memo,
  statements: readonly string[],
): void {
  let changed = 0
  for (const statement of statements) changed += db.run(statement, processName, bootId)
  if (changed === 0) return
  memo.groups.clear()
  log.workSeq += 1
  news.work = true
}

/** Keeps with the groups when a process that goes, or wants something else now, was last heard. */
function noteWants({ db, log }: Writing, { wants, seenAt }: ProcessRow, memo: Memo): void {
  for (const want of wants) {
    const group = findGroup(db, memo, want.group)
    if (group === undefined) continue
    db.run(hearGroup, group.id, seenAt)
    for (const name of want.types) {
      const type = group.types.get(name)
      if (type !== undefined) db.run(hearType, group.id, type.id, seenAt)
    }
    memo.groups.delete(want.group)
    log.groupSeq += 1
  }
}

/** Lets go of the types that nobody has wanted for long, when that could be. */
function letTypesGo(writing: Writing, memo: Memo, watch: TypeWatch): void {
  const { db, now } = writing
  if (now < watch.nextAt) return
  watch.nextAt = now + TYPE_GRACE_MS
  void writing.log // what is remembered of groups holds only once the log's row was looked at
  for (const row of db.all(selectGroupNames)) {
    watch.nextAt = Math.min(watch.nextAt, removeLeftTypes(writing, memo, text(row[0])))
  }
}
