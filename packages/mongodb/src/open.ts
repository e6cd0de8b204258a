import type { Backend } from "@millrace/core/backend"

import { decoded } from "./decoded.ts"
import { mongodbBackend } from "./mongodb-backend.ts"
import type { MongodbTx } from "./mongodb-token.ts"
import type { MongodbOptions } from "./options.ts"

/**
 * Opens the log that a URL names. What `createApp` calls for `mongodb:` and `mongodb+srv:` URLs. The path of the URL names the database (`millrace` where
 * there is none), `?prefix=shop_` in it begins the names of the log's collections; everything else is for the driver.
 */
export function open(url: string, options: MongodbOptions = {}): Backend<MongodbTx> {
  const at = url.indexOf("?")
  if (at < 0) return mongodbBackend(url, options)
  const given = url.slice(at + 1).split("&")
  const prefix = given.find((one) => one.startsWith("prefix="))
  if (prefix === undefined) return mongodbBackend(url, options)
  const rest = given.filter((one) => one !== prefix && one !== "").join("&")
  return mongodbBackend(rest === "" ? url.slice(0, at) : `${url.slice(0, at)}?${rest}`, {
    prefix: decoded(prefix.slice("prefix=".length), "prefix"),
    ...options,
  })
}
