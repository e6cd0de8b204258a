import { type GroupInfo, groupInfoOf, type SkipInfo } from "@millrace/core/backend"

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
  const lag = await lagOf(log, group)
  const since = lag === 0 ? undefined : await waitingSince(log, group)
  return groupInfoOf(group, { lag, waitingSince: since, skips: await skipsOf(log, group) })
}

export async function skipsOf({ connection, settings }: Log, group: GroupState): Promise<readonly SkipInfo[]> {
  if (group.skipped === 0) return []
  const stored = list(await connection.ask("LRANGE", `${keyPrefix(settings)}${groupKey(group)}:skips`, 0, -1))
  return stored.map((json) => storedJson<SkipInfo>(text(json)))
}
