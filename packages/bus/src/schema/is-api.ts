import { ON_BUS } from "../api/api.ts"
import type { AnyApi } from "../bus.ts"

/** Whether a value is an API: what `api` gives. */
export function isApi(value: unknown): value is AnyApi {
  return typeof value === "object" && value !== null && ON_BUS in value
}
