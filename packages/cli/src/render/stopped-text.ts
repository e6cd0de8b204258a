import type { GroupInfo } from "@millrace/core"

/** Why a group is stopped; empty for one that is not. An error speaks for itself: that there was one is not said again. */
export function stoppedText({ stopped }: Pick<GroupInfo, "stopped">): string {
  if (stopped === undefined) return ""
  const { reason, error } = stopped
  if (error === undefined) return reason
  return reason === "error" ? error : `${reason}: ${error}`
}
