import {
  type Beat,
  checkName,
  judgeBeat,
  type Owner,
  type Pulse,
  fromSortable,
  toSortable,
} from "@millrace/core/backend"

import { changeGroup } from "./change-group.ts"
import type { Transaction } from "./database.ts"
import { textList } from "./list.ts"
import { clockOf, type Log } from "./log.ts"
import { int, text } from "./row.ts"
import { challengeProcess } from "./sql/challenge-process.ts"
import { deleteProcess } from "./sql/delete-process.ts"
import { hearWantedGroups } from "./sql/hear-wanted-groups.ts"
import { hearWantedTypes } from "./sql/hear-wanted-types.ts"
import { keepProcess } from "./sql/keep-process.ts"
import { lockName } from "./sql/lock-name.ts"
import { lockPartitionsOfName } from "./sql/lock-partitions-of-name.ts"
import { lockProcess } from "./sql/lock-process.ts"
import { putProcess } from "./sql/put-process.ts"
import { releaseLanes } from "./sql/release-lanes.ts"
import { releasePartitions } from "./sql/release-partitions.ts"
import { selectProcess } from "./sql/select-process.ts"
import { supersedeLanes } from "./sql/supersede-lanes.ts"
import { supersedePartitions } from "./sql/supersede-partitions.ts"
import type { Statement } from "./statement.ts"
import { pruneTypes } from "./type-grace.ts"

/** A process not heard for a day is forgotten. */
const FORGET_PROCESS_MS = 24 * 60 * 60 * 1000

/**
 * Hears a process: that it lives, goes, or wants its name. Beats of one name run one after another. That a process lives that has its name, as almost
 * always, is one statement: an idle process says so every few seconds.
 */
export async function heartbeat(log: Log, beat: Beat): Promise<Pulse> {
  checkName("process name", beat.owner.processName)
  checkName("boot id", beat.owner.bootId)
  const kept = beat.kind !== "leave" && (await keep(log, beat))
  const pulse: Pulse = kept ? { kind: "ok" } : await log.database.transaction((on) => hear(log, on, beat))
  if (pulse.kind === "ok" && beat.kind !== "leave") await hearWants(log, beat)
  return pulse
}

/** Counts a beat of the boot that holds the name; `false` when it does not. */
async function keep(log: Log, { owner, facts }: Beat): Promise<boolean> {
  const name = toSortable(owner.processName)
  const kept = await log.database.write.rows(
    keepProcess,
    name,
    owner.bootId,
    facts.host,
    facts.pid,
    clockOf(log),
    FORGET_PROCESS_MS,
  )
  return kept.length > 0
}

async function hear(log: Log, on: Transaction, beat: Beat): Promise<Pulse> {
  const { processName, bootId } = beat.owner
  const name = toSortable(processName)
  await on.rows(lockName, `${log.names.lock}/${name}`)
  await on.rows(lockProcess, name)
  const [row] = await on.rows(selectProcess, name, clockOf(log))
  const now = int(row?.[0])
  const holder = row?.[1] === null || row === undefined ? undefined : holderOf(row)
  const ruling = judgeBeat(beat, holder, now)
  switch (ruling.kind) {
    case "keep":
    case "take": {
      if (ruling.kind === "take" && ruling.from !== undefined) await supersedeLeases(log, on, beat.owner)
      const before = ruling.kind === "keep" ? holder : undefined
      const { host, pid } = beat.facts
      await on.count(putProcess, name, bootId, (before?.beats ?? 0) + 1, host, pid, before?.startedAt ?? now, now)
      return { kind: "ok" }
    }
    case "held": {
      if (ruling.challenge) {
        await on.count(challengeProcess, name)
        log.news.challenge(processName)
      }
      const { host = "", pid = 0, beats = 0, bootId: heldBy = "" } = holder ?? {}
      return { kind: "held", bootId: heldBy, beats, host, pid }
    }
    case "fenced":
      return { kind: "fenced", bootId: holder?.bootId ?? "" }
    case "go":
      await on.count(deleteProcess, name)
      await releaseLeases(log, on, beat.owner)
      return { kind: "ok" }
    case "nothing":
      return { kind: "ok" }
  }
}

function holderOf(row: readonly (string | null)[]) {
  return {
    bootId: text(row[1]),
    beats: int(row[2]),
    seenAt: int(row[3]),
    startedAt: int(row[4]),
    host: text(row[5]),
    pid: int(row[6]),
  }
}

/** What earlier boots of a name hold is reserved for it. */
function supersedeLeases(log: Log, on: Transaction, owner: Owner): Promise<void> {
  return changeLeases(log, on, owner, [supersedePartitions, supersedeLanes])
}

/** What a process holds, or is reserved for its name, falls free. */
function releaseLeases(log: Log, on: Transaction, owner: Owner): Promise<void> {
  return changeLeases(log, on, owner, [releasePartitions, releaseLanes])
}

async function changeLeases(
  log: Log,
  on: Transaction,
  { processName, bootId }: Owner,
  statements: readonly Statement[],
): Promise<void> {
  if ((await on.rows(lockPartitionsOfName, processName)).length === 0) return
  for (const statement of statements) await on.count(statement, processName, bootId)
  log.news.work()
}

/** Notes who wants what, and lets go of types that nobody has wanted for long. */
async function hearWants(log: Log, { wants }: Beat): Promise<void> {
  const { write } = log.database
  const clock = clockOf(log)
  if (wants.length > 0)
    await write.count(hearWantedGroups, textList(wants.map(({ group }) => toSortable(group))), clock)
  const pairs = wants.flatMap(({ group, types }) => types.map((type) => ({ group: toSortable(group), type })))
  const prune = await write.rows(
    hearWantedTypes,
    textList(pairs.map(({ group }) => group)),
    textList(pairs.map(({ type }) => type)),
    clock,
  )
  for (const row of prune) await changeGroup(log, fromSortable(text(row[0])), pruneTypes)
}
