/** A value that JSON holds and gives back unchanged. Payloads and metadata are made of these. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}
