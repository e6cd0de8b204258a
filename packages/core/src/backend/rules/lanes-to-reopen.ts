import type { Position } from "../../message/ids.ts"
import type { Skipped } from "../claim.ts"

/**
 * The lanes that a partition's settle opens again: those its slice had left a stream to, which have closed in the meantime. What lies above the
 * new checkpoint is scanned again and needs none.
 */
export function lanesToReopen(
  skipped: readonly Skipped[],
  { checkpoint, isOpen }: { readonly checkpoint: Position; readonly isOpen: (key: string) => boolean },
): readonly Skipped[] {
  return skipped.filter(({ key, position }) => position <= checkpoint && !isOpen(key))
}
