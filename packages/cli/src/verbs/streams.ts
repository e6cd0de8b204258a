import { table } from "../render/table.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Prints the streams most recently appended to. */
export function streams({
  category,
  limit,
  ...options
}: StoreOptions & { readonly category?: string | undefined; readonly limit: number }): Promise<void> {
  return inSession(options, async ({ app, out }) => {
    const found = await app.recentStreams({ limit, ...(category === undefined ? {} : { category }) })
    out.answer(found, () =>
      table(
        ["stream", "version", "messages", "last position"],
        found.map(({ streamId, version, messages, lastPosition }) => [streamId, version, messages, lastPosition]),
        "no streams",
      ),
    )
  })
}
