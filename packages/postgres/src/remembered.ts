import { type Lease, leaseKey, type PartVerdict, REPEATS_KEPT, type Settled, toSortable } from "@millrace/core/backend"

import type { Connection } from "./database.ts"
import { numberList } from "./list.ts"
import { placed } from "./plan-appends.ts"
import { int, ints, text } from "./row.ts"
import { putSettled } from "./sql/put-settled.ts"
import { selectSettled } from "./sql/select-settled.ts"
import { storedJson } from "./stored-json.ts"

/**
 * What a settle answered, as it is kept for its repetition. `plain`: so many parts, stored without effects. Positions are offsets that
 * `placed` understands; with `streams`, versions are counted from the one that stream had.
 */
type Kept =
  | { readonly plain: number }
  | { readonly settled: Exclude<Settled, { readonly kind: "fenced" }>; readonly streams: readonly string[] }

export function plainAnswer(parts: number): string {
  const kept: Kept = { plain: parts }
  return JSON.stringify(kept)
}

/** An answer whose positions and versions are relative to what the log is yet to say. */
export function relativeAnswer(parts: readonly PartVerdict[], streams: readonly string[]): string {
  const kept: Kept = { settled: { kind: "settled", parts, lanes: [] }, streams }
  return JSON.stringify(kept)
}

/** Keeps the answer of a settle among the last of its partition. */
export async function remember(
  on: Connection,
  at: { readonly group: number; readonly partition: number; readonly settles: number },
  lease: Lease,
  settled: Exclude<Settled, { readonly kind: "fenced" }>,
): Promise<void> {
  const kept: Kept = { settled: { ...settled, parts: settled.parts.map(withoutError) }, streams: [] }
  const slot = at.settles % REPEATS_KEPT
  await on.count(putSettled, at.group, at.partition, slot, leaseKey(lease), JSON.stringify(kept), 0, numberList([]))
}

/** What the user's work threw is kept by its words. */
function withoutError(part: PartVerdict): PartVerdict {
  if (part.kind !== "work-failed") return part
  return { kind: "work-failed", error: part.error instanceof Error ? part.error.message : String(part.error) }
}

/** What this very settlement answered before; `undefined` when it is not among the last of its partition. */
export async function answeredBefore(on: Connection, lease: Lease): Promise<Settled | undefined> {
  const [row] = await on.rows(selectSettled, toSortable(lease.group), lease.partition, leaseKey(lease))
  if (row === undefined) return undefined
  const kept = storedJson<Kept>(text(row[0]))
  if ("plain" in kept) return { kind: "settled", parts: Array.from({ length: kept.plain }, () => STORED), lanes: [] }
  const base = int(row[1])
  const versions = ints(row[2])
  const before = new Map(kept.streams.map((streamId, index) => [streamId, versions[index] ?? 0]))
  return { ...kept.settled, parts: kept.settled.parts.map((part) => partFrom(part, base, before)) }
}

/** A part without effects. */
export const STORED: PartVerdict = { kind: "stored", position: 0, streams: [] }

function partFrom(part: PartVerdict, base: number, before: ReadonlyMap<string, number>): PartVerdict {
  if (part.kind === "work-failed") return { kind: "work-failed", error: new Error(String(part.error)) }
  if (part.kind !== "stored") return part
  const streams = part.streams.map(({ streamId, version }) => ({
    streamId,
    version: version + (before.get(streamId) ?? 0),
  }))
  return { kind: "stored", position: placed(part.position, base), streams }
}
