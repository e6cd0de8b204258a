import type { GroupOrder } from "../../stream/group-order.ts"
import type { LaneToken } from "../claim.ts"
import type { PartVerdict, SettlePart } from "../settle.ts"

/** What a part of a settlement says of its lane, and whether the part was stored. */
export interface SettledPart extends Pick<SettlePart, "key" | "from" | "doneTo" | "deferral"> {
  readonly stored: boolean
}

/** The parts of a settlement with what became of them. `verdicts`: one per part, in order. */
export function settledParts(
  parts: readonly Omit<SettledPart, "stored">[],
  verdicts: readonly PartVerdict[],
): readonly SettledPart[] {
  return parts.map((part, index) => ({ ...part, stored: verdicts[index]?.kind === "stored" }))
}

/** The parts of a lease of lanes by the lane that each settles. In log order a lease has one lane, whatever its worker calls the part. */
export function partsByLane(
  parts: readonly SettledPart[],
  { order, lanes }: { readonly order: GroupOrder; readonly lanes: readonly LaneToken[] },
): ReadonlyMap<string, SettledPart> {
  const [lane, ...others] = order === "log" ? lanes : []
  const [only] = parts
  if (lane !== undefined && others.length === 0 && only !== undefined) return new Map([[lane.key, only]])
  return new Map(parts.map((part) => [part.key, part]))
}
