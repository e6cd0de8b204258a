import type { StoredMessage } from "@millrace/core"

/** A message on several lines: its envelope, then its payload. */
export function messageText(message: StoredMessage): string {
  const { position, type, streamId, version, id, createdAt, metadata, payload } = message
  const facts = [
    `id ${id}`,
    `created ${createdAt}`,
    `caused by ${message.causationId}`,
    `conversation ${message.correlationId}`,
  ]
  return [
    `${position}  ${type}  ${streamId}${version === undefined ? " (command)" : ` v${version}`}`,
    ...facts.map((fact) => `  ${fact}`),
    ...(Object.keys(metadata).length === 0 ? [] : [`  metadata ${JSON.stringify(metadata)}`]),
    ...JSON.stringify(payload, undefined, 2)
      .split("\n")
      .map((line) => `  ${line}`),
  ].join("\n")
}

/** A message on one line. */
export function messageLine({ position, recordedAt, type, streamId, version, payload }: StoredMessage): string {
  const which = version === undefined ? "command" : `v${version}`
  return `${position}  ${recordedAt}  ${type}  ${streamId} ${which}  ${JSON.stringify(payload)}`
}
