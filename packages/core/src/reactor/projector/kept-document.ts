import type { Position } from "../../message/ids.ts"
import type { Json } from "../../message/json.ts"

/** The value of a document that holds a state kept in Millrace: with the last position it knows, so that a message from before (a reset) begins it anew. */
export function keptDocument(state: Json, position: Position): Json {
  return { position, state }
}

/** The state in such a document, and the position it has reached. */
export function keptIn(value: Json): { readonly state: Json; readonly position: Position } {
  if (typeof value === "object" && value !== null && "state" in value && "position" in value) {
    const { state, position } = value
    if (state !== undefined && typeof position === "number") return { state, position }
  }
  return { state: value, position: 0 }
}
