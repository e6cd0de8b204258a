import { createHash } from "node:crypto"

import type { ScheduledAppend, StreamAppend } from "../backend/append.ts"
import type { Message } from "../message/message.ts"

/** What stands for the content under an idempotency key: streams, expectations, types, payloads; not ids, instants and metadata, which differ on each try. */
export function fingerprintOf(streams: readonly StreamAppend[], schedules: readonly ScheduledAppend[] = []): string {
  const content = [
    streams.map(({ streamId, messages }) => [streamId, messages.map(contentOf)]),
    schedules.map(({ message, at }) => [message.streamId, at, contentOf(message)]),
  ]
  return createHash("sha256").update(JSON.stringify(content)).digest("base64url")
}

function contentOf({ kind, type, payload }: Message): readonly unknown[] {
  return [kind, type, payload]
}
