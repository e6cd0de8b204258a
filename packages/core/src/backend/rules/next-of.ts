import type { DumpPage } from "../transfer.ts"

/** Where the page behind the first `limit` of what was found begins: at the place of its last one. Nothing where no more was found. */
export function nextOf<Found>(
  found: readonly Found[],
  limit: number,
  place: (one: Found) => string,
): Pick<DumpPage, "next"> {
  const last = found.length > limit ? found[limit - 1] : undefined
  return last === undefined ? {} : { next: place(last) }
}
