import { randomFillSync } from "node:crypto"

import type { MessageId } from "../message/ids.ts"
import type { MessageSource } from "../message/source.ts"

const RANDOM_BYTES = 4096
const pool = new Uint8Array(RANDOM_BYTES)
const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"))
const MAX_SEQUENCE = 0xfff
let used = RANDOM_BYTES
let lastMs = 0
let timePart = ""
let sequence = 0

/** The machine's clock and UUIDs of version 7 that rise within a process (RFC 9562, method 1: a 12-bit counter in `rand_a`). */
export const systemSource: MessageSource = { now: () => Date.now(), newId: uuidV7 }

function uuidV7(): MessageId {
  const now = Date.now()
  if (now > lastMs) begin(now)
  else if (sequence < MAX_SEQUENCE) sequence += 1
  else begin(lastMs + 1)
  if (used + 8 > RANDOM_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const byte = (at: number): string => hex[pool[used + at] ?? 0] ?? "00"
  const variant = hex[((pool[used] ?? 0) & 0x3f) | 0x80] ?? "80"
  const counter = `${hex[sequence >> 8]}`.slice(1) + `${hex[sequence & 0xff]}`
  const id = `${timePart}-7${counter}-${variant}${byte(1)}-${byte(2)}${byte(3)}${byte(4)}${byte(5)}${byte(6)}${byte(7)}`
  used += 8
  return id
}

/** Ids of one millisecond share their first part. */
function begin(ms: number): void {
  lastMs = ms
  sequence = 0
  const time = ms.toString(16).padStart(12, "0")
  timePart = `${time.slice(0, 8)}-${time.slice(8)}`
}
