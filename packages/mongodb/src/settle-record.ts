import type { Lease, PartVerdict, Position, Settlement, Skipped, StopReason, SettlePart } from "@millrace/core/backend"

import type { MongodbTx } from "./mongodb-token.ts"

/**
 * What a settle says of its group, and what became of its parts: all that is needed to carry it over to the group's document. Where the settle
 * stores messages it lies in their commit, so that both are there or neither is.
 */
export interface SettleRecord {
  /** The group's own id: names may change hands. */
  readonly group: string
  readonly lease: Lease
  readonly checkpoint?: Position
  readonly skipped?: readonly Skipped[]
  readonly parts: readonly RecordedPart[]
  readonly hold?: NonNullable<Settlement["hold"]>
  readonly stop?: StopReason
}

/** A part without its effects. `refused`: why it was not stored. */
export interface RecordedPart extends Pick<SettlePart, "key" | "from" | "doneTo" | "deferral" | "dropped"> {
  readonly verdict: PartVerdict
}

export function recordOf(
  group: string,
  settlement: Settlement<MongodbTx>,
  verdicts: readonly PartVerdict[],
): SettleRecord {
  const { lease, checkpoint, skipped, parts, hold, stop } = settlement
  return {
    group,
    lease,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(skipped === undefined ? {} : { skipped }),
    parts: parts.flatMap(({ key, from, doneTo, deferral, dropped }, index) => {
      const verdict = verdicts[index]
      if (verdict === undefined) return []
      return [
        {
          key,
          from,
          ...(doneTo === undefined ? {} : { doneTo }),
          ...(deferral === undefined ? {} : { deferral }),
          ...(dropped === undefined ? {} : { dropped }),
          verdict,
        },
      ]
    }),
    ...(hold === undefined ? {} : { hold }),
    ...(stop === undefined ? {} : { stop }),
  }
}

/** The tokens of a lease: the settle that ends it ends them all. */
export function tokensOf(lease: Lease): readonly number[] {
  return lease.of === "partition" ? [lease.token] : lease.lanes.map(({ token }) => token)
}
