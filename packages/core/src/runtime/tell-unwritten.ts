import type { PartVerdict } from "../backend/settle.ts"
import type { Crew } from "./crew.ts"

/** Says aloud what a storage that can not undo has refused of a `sync` block's writes. It is listed with the group too. */
export function tellUnwritten(
  verdict: PartVerdict | undefined,
  { group, key }: { readonly group: string; readonly key: string },
  { logger }: Crew,
): void {
  if (verdict?.kind !== "stored" || verdict.unwritten === undefined) return
  logger.error(
    { group, key, unwritten: verdict.unwritten },
    "the storage refused writes of a sync block and could not undo the rest: correct what they were meant for, then reset the group or write it by hand",
  )
}
