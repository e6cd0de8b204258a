import type { AnyApp } from "@millrace/core"

import { breaks, changesBetween, type SchemaChange } from "./changes.ts"
import type { ApiSchema } from "./published.ts"
import { newestSchema } from "./read-schemas.ts"

/** A change of an API against what the store holds, and whom it meets there. */
export interface CheckedChange extends SchemaChange {
  readonly api: string
  /** The release in the store that it was compared with; 0 where none was published. */
  readonly against: number
  /** The consumer groups in the store that want events of this type: their listeners are whom it breaks. */
  readonly groups: readonly string[]
}

/**
 * Compares APIs with what the store has published, and tells of each difference whom it breaks. An API that was never published breaks nobody. Changes nothing.
 */
export async function checkSchemas(
  store: Pick<AnyApp, "readStream" | "groups">,
  apis: Readonly<Record<string, ApiSchema>>,
): Promise<readonly CheckedChange[]> {
  const groups = await store.groups()
  const wanting = (type: string): readonly string[] =>
    groups.filter(({ types }) => types.some((one) => one.type === type)).map(({ group }) => group)
  const checked = Object.entries(apis).map(async ([api, after]) => {
    const before = await newestSchema(store, api)
    return changesBetween(before?.events ?? {}, after).map((change) => ({
      ...change,
      api,
      against: before?.version ?? 0,
      groups: breaks(change) ? wanting(change.type) : [],
    }))
  })
  return (await Promise.all(checked)).flat()
}
