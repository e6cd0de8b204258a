import { BackendError, type Migration } from "@millrace/core/backend"

import { type Connection, logKey } from "./connection.ts"
import type { Settings } from "./options.ts"
import { int, list, text } from "./reply.ts"
import { scripts } from "./scripts.ts"

/** The format of the log that this release writes. */
export const FORMAT = 1

/** What is there. */
export type Found =
  | { readonly kind: "nothing" }
  | { readonly kind: "log"; readonly format: number; readonly partitions: number }

/** Looks for the log. Throws `newer-format` and `not-a-log`. */
export async function findLog(connection: Connection, settings: Settings): Promise<Found> {
  const key = logKey(settings)
  const type = text(await connection.ask("TYPE", key))
  if (type === "none") return { kind: "nothing" }
  const [format, partitions] = type === "hash" ? list(await connection.ask("HMGET", key, "format", "partitions")) : []
  if (format === undefined || format === null)
    throw new BackendError("not-a-log", `the key ${key} was not made by Millrace: choose another prefix`)
  if (int(format) > FORMAT)
    throw new BackendError(
      "newer-format",
      `${connection.where} has format ${text(format)}, and this release knows ${FORMAT}: upgrade Millrace`,
    )
  return { kind: "log", format: int(format), partitions: int(partitions) }
}

/** Makes the log where there is none. */
export async function migrate(connection: Connection, settings: Settings, dryRun: boolean): Promise<Migration> {
  const found = await findLog(connection, settings)
  if (found.kind === "log") return { steps: [], format: found.format }
  const steps = [`make a log of ${settings.partitions} partitions under ${logKey(settings)}`]
  if (!dryRun) await connection.run(scripts.migrate, ["", FORMAT, settings.partitions])
  return { steps, format: FORMAT }
}
