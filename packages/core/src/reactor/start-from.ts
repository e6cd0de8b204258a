import { DefinitionError } from "../message/definition-error.ts"
import type { StartPoint } from "../stream/start-point.ts"

/** Where a new group begins, as users write it. Fixed once, when the group is created. */
export type StartFrom = "beginning" | "now" | { readonly position: number } | { readonly date: Date } | StartPoint

/** The start point of a registration: the beginning, unless something else was asked for. */
export function startPointOf(from: StartFrom | undefined): StartPoint {
  if (from === undefined || from === "beginning") return { at: "beginning" }
  if (from === "now") return { at: "now" }
  if ("at" in from) return from
  if ("position" in from) return { at: "position", position: from.position }
  const date = from.date.getTime()
  if (Number.isNaN(date)) throw new DefinitionError("startFrom: { date } got an invalid date")
  return { at: "date", date }
}
