import type { Backend } from "@millrace/core/backend"

import type { PostgresOptions } from "./options.ts"
import { postgresBackend } from "./postgres-backend.ts"
import type { PostgresTx } from "./tx.ts"

/** Opens the log that a URL names. What `createApp` calls for `postgres:` and `postgresql:` URLs. */
export function open(url: string, options: PostgresOptions = {}): Backend<PostgresTx> {
  return postgresBackend(url, options)
}
