import type { PartVerdict, SettlePart } from "../settle.ts"

/** What a settle adds to its group's count of dropped appends and schedules: those of the parts that were stored; without verdicts, of all. */
export function droppedBy(
  parts: readonly Pick<SettlePart<never>, "dropped">[],
  verdicts?: readonly Pick<PartVerdict, "kind">[],
): number {
  let count = 0
  parts.forEach(({ dropped = 0 }, at) => {
    if (verdicts === undefined || verdicts[at]?.kind === "stored") count += dropped
  })
  return count
}
