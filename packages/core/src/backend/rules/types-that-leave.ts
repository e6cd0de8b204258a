import type { Instant } from "../../message/ids.ts"
import { PROCESS_TTL_MS, TYPE_GRACE_MS } from "../process.ts"

/** A type of a group, and when a process that wants it was last heard. */
export interface WantedType {
  readonly type: string
  readonly wantedAt: Instant
}

/**
 * The types that leave a group: not wanted by anyone heard within `TYPE_GRACE_MS`, while a process of the group lives (`groupHeardAt`: when
 * any process that wants something of the group was last heard). So a log that nobody works on keeps all its types.
 */
export function typesThatLeave(
  types: readonly WantedType[],
  { groupHeardAt, now }: { readonly groupHeardAt: Instant; readonly now: Instant },
): readonly string[] {
  if (now - groupHeardAt >= PROCESS_TTL_MS) return []
  return types.filter(({ wantedAt }) => now - wantedAt > TYPE_GRACE_MS).map(({ type }) => type)
}
