import type { GroupInfo } from "@millrace/core"

import type { Output } from "./output.ts"

export const GROUP_HEAD = ["group", "status", "lag", "retrying", "parked", "newest settled", "error"] as const

/** Consumer groups as rows: what waits for a person stands out. */
export function groupRows(groups: readonly GroupInfo[], out: Output): readonly (readonly (string | number)[])[] {
  return groups.map(({ group, status, stopped, lag, retrying, parked, newestCheckpoint }) => [
    group,
    status === "stopped" ? out.colour("red", status) : status,
    lag,
    retrying,
    parked > 0 ? out.colour("yellow", String(parked)) : parked,
    newestCheckpoint,
    stopped === undefined ? "" : [stopped.reason, stopped.error].filter((text) => text !== undefined).join(": "),
  ])
}
