import type { JsonObject } from "@millrace/core"

/** The category of the streams that keep APIs' schemas: `millrace.schema-auth`. */
export const SCHEMA_CATEGORY = "millrace.schema"

/** The type of the events in them: each is a release of an API's schema. */
export const PUBLISHED = "millrace.schema_published"

/** The schema of an API: what each of its events carries, by the event's type, as JSON Schema of what is stored. */
export type ApiSchema = Readonly<Record<string, JsonObject>>

/** One release of an API's schema. */
export interface PublishedSchema {
  readonly api: string
  /** Counts the releases of this API, from 1. */
  readonly version: number
  readonly service: string
  readonly publishedAt: Date
  readonly events: ApiSchema
}

/** The stream that keeps an API's schemas. */
export function schemaStreamOf(api: string): string {
  return `${SCHEMA_CATEGORY}-${api}`
}
