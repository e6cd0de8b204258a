import type { GroupInfo, SkipInfo } from "@millrace/core/backend"

import { load } from "../change.ts"
import { keyPrefix } from "../connection.ts"
import type { GroupState } from "../group-state.ts"
import type { Log } from "../log.ts"
import { list, storedJson, text } from "../reply.ts"
import { groupKey } from "../save-groups.ts"
import { waitingSince } from "../waiting-since.ts"
import { lagOf } from "../waiting.ts"

/** The groups named, or all, by name. */
export async function groups(log: Log, names?: readonly string[]): Promise<readonly GroupInfo[]> {
  const { read } = await load(log, names === undefined ? {} : { names })
  const found = names === undefined ? [...read.groups] : [...new Set(names)].map((name) => read.group(name))
  const infos: GroupInfo[] = []
  for (const group of found.sort((a, b) => (a.name < b.name ? -1 : 1))) infos.push(await infoOf(log, group))
  return infos
}

async function infoOf(log: Log, group: GroupState): Promise<GroupInfo> {
  const lanes = group.partitions.flatMap((at) => [...at.lanes.values()]).map((lane) => lane.at)
  const checkpoints = group.partitions.map(({ checkpoint }) => checkpoint)
  const holds = group.partitions.flatMap(({ hold }) => (hold === null ? [] : [hold.retryAt]))
  const retries = lanes.filter(({ status }) => status === "retrying").map(({ retryAt }) => retryAt)
  const due = [...retries, ...holds]
  const lag = await lagOf(log, group)
  const since = lag === 0 ? undefined : await waitingSince(log, group)
  return {
    group: group.name,
    order: group.order,
    status: group.stopped === null ? "active" : "stopped",
    ...(group.stopped === null ? {} : { stopped: group.stopped }),
    types: [...group.types].map(([type, { since }]) => ({ type, since })).sort((a, b) => (a.type < b.type ? -1 : 1)),
    lag,
    ...(since === undefined ? {} : { waitingSince: since }),
    oldestCheckpoint: Math.min(...checkpoints),
    newestCheckpoint: Math.max(...checkpoints),
    retrying: retries.length,
    parked: lanes.length - retries.length,
    ...(due.length === 0 ? {} : { retryAt: Math.min(...due) }),
    epoch: group.epoch,
    dropped: group.dropped,
    skips: await skipsOf(log, group),
    skipped: group.skipped,
  }
}

export async function skipsOf({ connection, settings }: Log, group: GroupState): Promise<readonly SkipInfo[]> {
  if (group.skipped === 0) return []
  const stored = list(await connection.ask("LRANGE", `${keyPrefix(settings)}${groupKey(group)}:skips`, 0, -1))
  return stored.map((json) => storedJson<SkipInfo>(text(json)))
}
