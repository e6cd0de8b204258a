import type { LogStats } from "../../operator.ts"
import { TRIMMED_CATEGORIES, trimmedCategory } from "../../rules/trimmed-categories.ts"
import { headOf, type LogState } from "../log-state.ts"

/** Figures of the whole log. */
export function stats(log: LogState): LogStats {
  const wanted = new Set([...log.groups.values()].flatMap((group) => [...group.types.keys()]))
  const unhandled = [...log.commands]
    .filter(([type]) => !wanted.has(type))
    .map(([type, messages]) => ({ type, messages }))
  return {
    name: log.name,
    messages: log.entries.length - log.emptied,
    streams: log.streams.size,
    head: headOf(log),
    trimmedTo: log.trimmedTo,
    schedules: log.schedules.length,
    unhandled: unhandled.sort((a, b) => (a.type < b.type ? -1 : 1)),
    trimmed: [...(log.documents.get(TRIMMED_CATEGORIES) ?? [])]
      .map(([category, { value }]) => trimmedCategory(category, value))
      .sort((a, b) => (a.category < b.category ? -1 : 1)),
  }
}
