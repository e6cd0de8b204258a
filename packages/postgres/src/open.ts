import type { Backend } from "@millrace/core/backend"

import type { PostgresOptions } from "./options.ts"
import { postgresBackend } from "./postgres-backend.ts"
import type { PostgresTx } from "./tx.ts"

/**
 * Opens the log that a URL names. What `createApp` calls for `postgres:` and `postgresql:` URLs. `?schema=shop` and `?prefix=shop_` in it say where the
 * log's tables are, `?listen=false` and `?prepare=false` suit poolers; everything else is for `pg`.
 */
export function open(url: string, options: PostgresOptions = {}): Backend<PostgresTx> {
  const at = url.indexOf("?")
  if (at < 0) return postgresBackend(url, options)
  const given = new URLSearchParams(url.slice(at + 1))
  const take = (name: string): string | undefined => {
    const value = given.get(name) ?? undefined
    given.delete(name)
    return value
  }
  const [schema, prefix, listen, prepare] = ["schema", "prefix", "listen", "prepare"].map(take)
  const rest = given.toString().replaceAll("+", "%20")
  return postgresBackend(rest === "" ? url.slice(0, at) : `${url.slice(0, at)}?${rest}`, {
    ...(schema === undefined ? {} : { schema }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(listen === undefined ? {} : { listen: listen !== "false" }),
    ...(prepare === undefined ? {} : { prepare: prepare !== "false" }),
    ...options,
  })
}
