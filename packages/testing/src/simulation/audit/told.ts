import type { Settled, Settlement, Slice } from "@millrace/core"

/** A slice as a line of a history. */
export function toldSlice(slice: Slice): string {
  const what = slice.source === "lanes" ? ` lanes ${slice.lanes.map(({ key }) => key).join(", ")}` : ""
  const positions = slice.messages.map(({ message }) => message.position).join(" ")
  const takeovers = slice.takeovers > 0 ? `, take-over ${slice.takeovers}` : ""
  return `${slice.group}${what}: ${positions === "" ? "nothing" : positions}${takeovers}`
}

/** A settle and its answer as a line of a history. */
export function toldSettle({ lease, checkpoint, parts, hold }: Settlement<never>, answer: Settled): string {
  const told = parts.map(({ key, doneTo, deferral }, at) => {
    const verdict = answer.kind === "settled" ? answer.parts[at]?.kind : answer.kind
    const waits = deferral === undefined ? "" : `, ${deferral.as} ${deferral.position}`
    return `${key} to ${doneTo ?? "the end"}${waits} (${verdict})`
  })
  const upto = checkpoint === undefined ? "" : ` to ${checkpoint}`
  return `${lease.group}${upto}${hold === undefined ? "" : ", held"}: ${told.join("; ") || answer.kind}`
}
