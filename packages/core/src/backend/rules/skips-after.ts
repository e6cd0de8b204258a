import type { Instant, Position } from "../../message/ids.ts"
import { type SkipInfo, SKIPS_KEPT } from "../operator.ts"

/** What a group lists of its skips when some more are added: the last `SKIPS_KEPT`. */
export function skipsAfter(
  skips: readonly SkipInfo[],
  positions: readonly Position[],
  { how, at }: { readonly how: SkipInfo["how"]; readonly at: Instant },
): readonly SkipInfo[] {
  const listed = positions.slice(-SKIPS_KEPT).map((position): SkipInfo => ({ position, how, at }))
  return [...skips, ...listed].slice(-SKIPS_KEPT)
}
