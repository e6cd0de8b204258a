import type { DumpPage, LogRecord } from "../transfer.ts"
import { nextOf } from "./next-of.ts"

/** A page of a dump out of what was found for it: one more than `limit` tells that another page follows. */
export function pageOf<Found>(
  found: readonly Found[],
  limit: number,
  { record, place }: { readonly record: (one: Found) => LogRecord; readonly place: (one: Found) => string },
): DumpPage {
  return { records: found.slice(0, limit).map(record), ...nextOf(found, limit, place) }
}
