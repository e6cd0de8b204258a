import { randomFillSync } from "node:crypto"

import type { MessageId } from "../message/ids.ts"
import type { MessageSource } from "../message/source.ts"

const RANDOM_BYTES = 4096
const pool = new Uint8Array(RANDOM_BYTES)
let used = RANDOM_BYTES
let lastMs = 0
let sequence = 0

/** The machine's clock and UUIDs of version 7 that rise within a process (RFC 9562, method 1: a 12-bit counter in `rand_a`). */
export const systemSource: MessageSource = { now: () => Date.now(), newId: uuidV7 }

function uuidV7(): MessageId {
  const now = Date.now()
  if (now > lastMs) {
    lastMs = now
    sequence = 0
  } else if (sequence < 0xfff) {
    sequence += 1
  } else {
    lastMs += 1
    sequence = 0
  }
  if (used + 8 > RANDOM_BYTES) {
    randomFillSync(pool)
    used = 0
  }
  const time = lastMs.toString(16).padStart(12, "0")
  const variant = (((pool[used] ?? 0) & 0x3f) | 0x80).toString(16)
  let tail = ""
  for (let at = used + 1; at < used + 8; at += 1) tail += (pool[at] ?? 0).toString(16).padStart(2, "0")
  used += 8
  const counter = sequence.toString(16).padStart(3, "0")
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${tail.slice(0, 2)}-${tail.slice(2)}`
}
