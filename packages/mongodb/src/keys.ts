import { createHash } from "node:crypto"

import type { MessageId, Position, StreamId, Version } from "@millrace/core/backend"

/**
 * What stands in `keys` of a commit document, under one unique index: whatever may be there once in a log. The first letter says what it is.
 * Long names are shortened by a digest, for index entries have a limit on some servers; no name is read back out of a key.
 */

/** A message's id: of a stored message, or of one that waits in a schedule made by this commit. */
export function idKey(id: MessageId): string {
  return `i:${short(id)}`
}

/** An event's version of its stream. Sorts by version within the stream. */
export function versionKey(streamId: StreamId, version: Version): string {
  return `s:${short(streamId)}@${padded(version)}`
}

/** A command of a stream: behind the event whose version the stream had. */
export function commandKey(streamId: StreamId, version: Version, position: Position): string {
  return `${versionKey(streamId, version)}#${padded(position)}`
}

/** The range of the keys of a stream's messages that belong to these versions. */
export function streamRange(
  streamId: StreamId,
  from: Version = 0,
  upto: Version = MOST_VERSIONS,
): { readonly $gte: string; readonly $lt: string } {
  return { $gte: versionKey(streamId, from), $lt: `${versionKey(streamId, Math.min(upto, MOST_VERSIONS))}$` }
}

/** An idempotency key. */
export function onceKey(key: string): string {
  return `k:${short(key)}`
}

/** What is left of a schedule that was cancelled: it only fills its place. */
export function cancelledKey(number: number): string {
  return `x:${number}`
}

/** The write that follows upon write number `after` of a keyed document. */
export function documentKey(collection: string, id: string, write: number): string {
  return `d:${short(JSON.stringify([collection, id]))}@${write}`
}

/** The end of a lease: of its settle with effects, or of whoever fenced it. */
export function leaseKeyOf(token: number): string {
  return `l:${token}`
}

/** The end of one setting of a schedule: fired, cancelled or moved. */
export function scheduleKey(number: number, moves: number): string {
  return `f:${number}#${moves}`
}

const LONGEST = 160
const KEPT = 60

function short(name: string): string {
  if (name.length <= LONGEST) return name
  return `${name.slice(0, KEPT)}~${createHash("sha256").update(name).digest("base64url")}`
}

/** Ten to the power of twelve versions and positions sort as text. */
const DIGITS = 12
const MOST_VERSIONS = 10 ** DIGITS - 1

function padded(count: number): string {
  return String(count).padStart(DIGITS, "0")
}
