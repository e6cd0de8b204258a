import { event } from "@millrace/core"
import * as Schema from "effect/Schema"

const Note = Schema.Struct({ number: Schema.Int })

/** What writers write: the number rises in each stream. */
export const Noted = event("disturbed.noted", Note)

/** What the copier makes of each. */
export const Copied = event("disturbed.copied", Note)

export const noted = (streamId: string, number: number) => Noted(streamId, { number })

/** The number in a payload as it is stored; -1 where there is none. */
export function numberOf(payload: unknown): number {
  return typeof payload === "object" && payload !== null && "number" in payload ? Number(payload.number) : -1
}
