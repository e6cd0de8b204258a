import type { Position, Version } from "../../message/ids.ts"
import type { Message, StoredMessage } from "../../message/message.ts"
import { jsonCopy, jsonObjectCopy } from "./json-copy.ts"

/** The message as the log holds it: a copy that went through JSON, as in every other storage, and can not be changed by who reads it. */
export function storedCopy(
  message: Message,
  at: { readonly position: Position; readonly version: Version | undefined; readonly recordedAt: string },
): StoredMessage {
  return Object.freeze({
    id: message.id,
    kind: message.kind,
    type: message.type,
    streamId: message.streamId,
    payload: jsonCopy(message.payload),
    metadata: jsonObjectCopy(message.metadata),
    causationId: message.causationId,
    correlationId: message.correlationId,
    createdAt: message.createdAt,
    position: at.position,
    recordedAt: at.recordedAt,
    ...(at.version === undefined ? {} : { version: at.version }),
    ...(message.decided === true ? { decided: true } : {}),
  })
}
