import type { JsonObject } from "@millrace/core"

import { canonical } from "./canonical.ts"
import { misfits } from "./misfits.ts"
import type { ApiSchema } from "./published.ts"

/** One difference between two releases of an API. */
export interface SchemaChange {
  /** The event's type. */
  readonly type: string
  /** The parameter, dotted; empty for the event as a whole. */
  readonly path: string
  readonly what: string
  /**
   * Whom it breaks. `stored-events`: those who listen with the new release can not read events that the old one has stored. `running-listeners`: those who
   * still run the old release can not read events that the new one fires. Empty: nobody.
   */
  readonly breaks: readonly ("stored-events" | "running-listeners")[]
}

/** What differs between two releases of an API, and what each difference breaks. */
export function changesBetween(before: ApiSchema, after: ApiSchema): readonly SchemaChange[] {
  const types = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()
  return types.flatMap((type) => changesOf(type, before[type], after[type]))
}

function changesOf(type: string, old: JsonObject | undefined, now: JsonObject | undefined): readonly SchemaChange[] {
  if (old === undefined) return now === undefined ? [] : [{ type, path: "", what: "is new", breaks: [] }]
  if (now === undefined)
    return [{ type, path: "", what: "is gone: it is fired no more", breaks: ["running-listeners"] }]
  if (canonical(old) === canonical(now)) return []
  const changes = [
    ...misfits({ reader: now, writer: old }).map(({ path, what }): SchemaChange => {
      return { type, path, what: `in stored events ${what}`, breaks: ["stored-events"] }
    }),
    ...misfits({ reader: old, writer: now }).map(({ path, what }): SchemaChange => {
      return { type, path, what: `in new events ${what}`, breaks: ["running-listeners"] }
    }),
  ]
  return changes.length > 0 ? changes : [{ type, path: "", what: "fits both ways", breaks: [] }]
}

/** Whether a change breaks somebody. */
export function breaks(change: SchemaChange): boolean {
  return change.breaks.length > 0
}
