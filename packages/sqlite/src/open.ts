import type { Backend } from "@millrace/core/backend"

import type { SqliteOptions } from "./options.ts"
import { sqliteBackend } from "./sqlite-backend.ts"
import type { SqliteTx } from "./tx.ts"

/** Opens the log that a URL names. What `createApp` calls for `sqlite:` URLs. */
export function open(url: string, options: SqliteOptions = {}): Backend<SqliteTx> {
  return sqliteBackend(url, options)
}
