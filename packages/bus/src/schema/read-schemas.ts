import type { AnyApp, Json, StoredMessage } from "@millrace/core"

import { type ApiSchema, type PublishedSchema, SCHEMA_CATEGORY, schemaStreamOf } from "./published.ts"

/** What reads schemas from a store: an app. */
export type SchemaStore = Pick<AnyApp, "readStream" | "recentStreams">

/** How many APIs a store may have published. */
const MAX_APIS = 10_000

/** The newest schema of each API in the store, by name. */
export async function publishedSchemas(store: SchemaStore): Promise<readonly PublishedSchema[]> {
  const streams = await store.recentStreams({ category: SCHEMA_CATEGORY, limit: MAX_APIS })
  const apis = streams.map(({ streamId }) => streamId.slice(SCHEMA_CATEGORY.length + 1)).toSorted()
  const found = await Promise.all(apis.map((api) => newestSchema(store, api)))
  return found.filter((one) => one !== undefined)
}

/** The newest schema of an API; `undefined` where none was published. */
export async function newestSchema(
  store: Pick<SchemaStore, "readStream">,
  api: string,
): Promise<PublishedSchema | undefined> {
  const [last] = await store.readStream(schemaStreamOf(api), { direction: "backward", limit: 1 })
  return last === undefined ? undefined : publishedIn(api, last)
}

/** Every schema of an API, oldest first. */
export async function schemaHistory(
  store: Pick<SchemaStore, "readStream">,
  api: string,
): Promise<readonly PublishedSchema[]> {
  const all = await store.readStream(schemaStreamOf(api), { limit: Number.MAX_SAFE_INTEGER })
  return all.map((message) => publishedIn(api, message))
}

function publishedIn(api: string, { payload, version, recordedAt }: StoredMessage): PublishedSchema {
  const { service = "", events = {} } = isObject(payload) ? payload : {}
  return {
    api,
    version: version ?? 0,
    service: typeof service === "string" ? service : "",
    publishedAt: new Date(recordedAt),
    events: isObject(events) ? schemasIn(events) : {},
  }
}

function schemasIn(events: Readonly<Record<string, Json>>): ApiSchema {
  return Object.fromEntries(Object.entries(events).flatMap(([type, one]) => (isObject(one) ? [[type, one]] : [])))
}

function isObject(value: Json): value is Readonly<Record<string, Json>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}
