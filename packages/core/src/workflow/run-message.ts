import { draft, type Draft } from "../message/draft.ts"
import type { JsonObject } from "../message/json.ts"
import type { MessageKind } from "../message/message.ts"

/** A message of a run: Millrace's own, so its payload is JSON already. Fields that are `undefined` are left out. */
export function runMessage<const Type extends string, const Kind extends MessageKind>(
  kind: Kind,
  type: Type,
  streamId: string,
  fields: { readonly [key: string]: JsonObject[string] | undefined },
): Draft<Type, JsonObject, Kind>
export function runMessage(
  kind: MessageKind,
  type: string,
  streamId: string,
  fields: { readonly [key: string]: JsonObject[string] | undefined },
): object {
  const payload: Record<string, JsonObject[string]> = {}
  for (const [key, value] of Object.entries(fields)) if (value !== undefined) payload[key] = value
  Object.freeze(payload)
  return draft({ kind, type, streamId, payload, stored: { json: payload, shape: 0 } })
}
