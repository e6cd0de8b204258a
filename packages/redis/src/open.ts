import type { Backend } from "@millrace/core/backend"

import type { RedisOptions } from "./options.ts"
import { redisBackend } from "./redis-backend.ts"
import type { RedisTx } from "./tx.ts"

/**
 * Opens the log that a URL names. What `createApp` calls for `redis:` and `rediss:` URLs. `?prefix=shop` in it names the log,
 * `?cluster=1` says that the server is a node of a cluster; everything else is for `ioredis`.
 */
export function open(url: string, options: RedisOptions = {}): Backend<RedisTx> {
  const at = url.indexOf("?")
  if (at < 0) return redisBackend(url, options)
  const given = new URLSearchParams(url.slice(at + 1))
  const take = (name: string): string | undefined => {
    const value = given.get(name) ?? undefined
    given.delete(name)
    return value
  }
  const [prefix, cluster] = ["prefix", "cluster"].map(take)
  const rest = given.toString()
  return redisBackend(rest === "" ? url.slice(0, at) : `${url.slice(0, at)}?${rest}`, {
    ...(prefix === undefined ? {} : { prefix }),
    ...(cluster === undefined ? {} : { cluster: cluster !== "0" && cluster !== "false" }),
    ...options,
  })
}
