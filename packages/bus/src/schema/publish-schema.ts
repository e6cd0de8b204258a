import { type AnyApp, event, type Logger, VersionConflict } from "@millrace/core"

import { anyJson } from "../api/any-json.ts"
import type { AnyApi } from "../bus.ts"
import { canonical } from "./canonical.ts"
import { breaks, changesBetween } from "./changes.ts"
import { describeApi } from "./describe-api.ts"
import { PUBLISHED, schemaStreamOf } from "./published.ts"
import { newestSchema } from "./read-schemas.ts"

const Published = event(PUBLISHED, anyJson)

/** How often publishing is tried against others who publish the same API in the same moment. */
const TRIES = 8

/** Who publishes, and where to. */
export interface Publisher {
  readonly service: string
  readonly app: Pick<AnyApp, "readStream" | "appendToStream">
  readonly logger: Logger
}

/** Stores an API's schema where it differs from the newest one in the store; of several processes that start at once, one stores it. Warns of what a change breaks. */
export async function publishSchema(api: AnyApi, { service, app, logger }: Publisher): Promise<void> {
  const events = await describeApi(api)
  for (let tries = TRIES; tries > 0; tries -= 1) {
    const before = await newestSchema(app, api.name)
    if (before !== undefined && canonical(before.events) === canonical(events)) return
    const stream = schemaStreamOf(api.name)
    const message = Published.build(stream, { service, api: api.name, events })
    try {
      await app.appendToStream(stream, [message], { expectedVersion: before?.version ?? "no-stream" })
    } catch (error) {
      if (error instanceof VersionConflict) continue
      throw error
    }
    const broken = before === undefined ? [] : changesBetween(before.events, events).filter(breaks)
    if (broken.length > 0)
      logger.warn(
        { api: api.name, version: before?.version, changes: broken },
        "the API's schema was changed in a way that breaks something: millrace schema check tells whom",
      )
    return
  }
  throw new Error(`the schema of ${api.name} is published by others again and again: let one release own it`)
}
