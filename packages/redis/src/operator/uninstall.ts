import { BackendError } from "@millrace/core/backend"

import { keyPrefix } from "../connection.ts"
import type { Log } from "../log.ts"

/** Keys looked at, and removed, together. */
const AT_ONCE = 500

/** Removes every key of the log. Those of users (right behind the brace) stay. */
export async function uninstall({ connection, settings }: Log, confirm: string): Promise<void> {
  const { prefix } = settings
  if (confirm !== prefix)
    throw new BackendError(
      "invalid",
      `uninstall removes the whole log: confirm with its name, ${JSON.stringify(prefix)}`,
    )
  await connection.eachKey(`${keyPrefix(settings)}*`, async (keys) => {
    for (let from = 0; from < keys.length; from += AT_ONCE)
      await connection.tell("UNLINK", ...keys.slice(from, from + AT_ONCE))
  })
}
