import { GROUP_HEAD, groupRows } from "../render/group-rows.ts"
import { table } from "../render/table.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Prints the consumer groups. */
export function groups(options: StoreOptions): Promise<void> {
  return inSession(options, async ({ app, out }) => {
    const found = await app.groups()
    out.answer(found, () => table(GROUP_HEAD, groupRows(found, out), "no consumer groups"))
  })
}
