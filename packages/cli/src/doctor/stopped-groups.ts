import type { Backend, GroupInfo, LaneInfo } from "@millrace/core"

import { stoppedText } from "../render/stopped-text.ts"
import { instant } from "../render/time.ts"
import type { Finding } from "./finding.ts"

/** The most lanes of a group that are looked through for the message at which it stopped. */
const MOST_LANES = 1_000

/** Groups that are stopped: since when, why, and at which message where an error stopped them. */
export async function stoppedGroups(backend: Backend, groups: readonly GroupInfo[]): Promise<readonly Finding[]> {
  const stopped = groups.filter(({ status }) => status === "stopped")
  return Promise.all(stopped.map(async (info) => findingOf(info, await stoppedAt(backend, info))))
}

async function stoppedAt({ operator }: Backend, { group, stopped }: GroupInfo): Promise<LaneInfo | undefined> {
  if (stopped?.error === undefined) return undefined
  const lanes = await operator.lanes({ group, status: "retrying", limit: MOST_LANES })
  return lanes.find(({ error }) => error === stopped.error)
}

function findingOf(info: GroupInfo, at: LaneInfo | undefined): Finding {
  const { group, stopped } = info
  const since = stopped === undefined ? "" : ` since ${instant(stopped.at)}`
  const start = `mend the cause, then run millrace group start ${group}`
  return {
    severity: "problem",
    what: `group ${group} is stopped${since}${at === undefined ? "" : `, at message ${at.next} of ${at.key}`}: ${stoppedText(info)}`,
    remedy:
      at === undefined ? start : `${start}; to pass over the message first: millrace group skip ${group} ${at.next}`,
    group,
  }
}
