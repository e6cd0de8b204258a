import type { GroupInfo } from "@millrace/core"

import type { Output } from "./output.ts"
import { stoppedText } from "./stopped-text.ts"

export const GROUP_HEAD = ["group", "status", "lag", "retrying", "parked", "newest settled", "why stopped"] as const

/** Consumer groups as rows: what waits for a person stands out. */
export function groupRows(groups: readonly GroupInfo[], out: Output): readonly (readonly (string | number)[])[] {
  return groups.map(({ group, status, lag, retrying, parked, newestCheckpoint, ...info }) => [
    group,
    status === "stopped" ? out.colour("red", status) : status,
    lag,
    retrying,
    parked > 0 ? out.colour("yellow", String(parked)) : parked,
    newestCheckpoint,
    stoppedText(info),
  ])
}
