import type { Json } from "../../message/json.ts"
import { BackendError } from "../errors.ts"
import { type CategoryTrim, TRIM_LIMIT, type TrimmedCategory } from "../operator.ts"
import { checkLimit, checkName, checkPosition } from "./check-arguments.ts"

/** The collection in which a log keeps what was trimmed by category: a document for each, by its name. */
export const TRIMMED_CATEGORIES = "millrace.trimmed"

/** Throws `invalid` unless a category can be trimmed so. Answers the most messages to remove. */
export function checkCategoryTrim(category: string, { keep, limit = TRIM_LIMIT }: CategoryTrim): number {
  checkName("category", category)
  if (category.includes("-"))
    throw new BackendError("invalid", `category ${category}: give the part of a stream id before its first "-"`)
  checkPosition("keep", keep)
  checkLimit("limit", limit)
  return Math.min(limit, TRIM_LIMIT)
}

/** What the document of a category says; nothing of it was trimmed when there is none. */
export function trimmedCategory(category: string, value: Json | undefined): TrimmedCategory {
  const nothing = { category, trimmedTo: 0, removed: 0 }
  if (typeof value !== "object" || value === null || !("trimmedTo" in value)) return nothing
  const { trimmedTo, removed } = value
  return typeof trimmedTo === "number" && typeof removed === "number" ? { category, trimmedTo, removed } : nothing
}

/** The value of a category's document after some more of it was removed, up to a position. */
export function trimmedFurther(
  { trimmedTo, removed }: TrimmedCategory,
  more: { readonly upto: number; readonly removed: number },
): Json {
  return { trimmedTo: Math.max(trimmedTo, more.upto), removed: removed + more.removed }
}
