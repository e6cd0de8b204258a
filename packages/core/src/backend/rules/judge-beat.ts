import type { Instant } from "../../message/ids.ts"
import { PROCESS_TTL_MS, type Beat } from "../process.ts"

/** Who holds a process name, as the log knows it. */
export interface NameHolder {
  readonly bootId: string
  readonly beats: number
  readonly seenAt: Instant
}

/**
 * What a heartbeat does. `keep`: the sender's own name: count a beat. `take`: the name becomes the sender's; where another boot had it
 * (`from`), the leases of all earlier boots of the name are superseded. `held`: answer so; with `challenge`, also wake the holder. `fenced`: answer so. `go`: forget the
 * sender and free its leases, and those reserved for its name. `nothing`: a leave of a boot that holds nothing.
 */
export type BeatRuling =
  | { readonly kind: "keep" }
  | { readonly kind: "take"; readonly from: string | undefined }
  | { readonly kind: "held"; readonly challenge: boolean }
  | { readonly kind: "fenced" }
  | { readonly kind: "go" }
  | { readonly kind: "nothing" }

/** Judges a heartbeat by who holds the name now. */
export function judgeBeat(beat: Beat, holder: NameHolder | undefined, now: Instant): BeatRuling {
  const own = holder?.bootId === beat.owner.bootId
  if (beat.kind === "leave") return { kind: own ? "go" : "nothing" }
  if (own) return { kind: "keep" }
  if (holder === undefined) return { kind: "take", from: undefined }
  switch (beat.kind) {
    case "beat":
      return { kind: "fenced" }
    case "join": {
      const live = now - holder.seenAt < PROCESS_TTL_MS
      return live ? { kind: "held", challenge: true } : { kind: "take", from: holder.bootId }
    }
    case "supersede": {
      const silent = holder.bootId === beat.bootId && holder.beats === beat.beats
      return silent ? { kind: "take", from: holder.bootId } : { kind: "held", challenge: false }
    }
  }
}
