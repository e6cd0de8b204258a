import type { SliceMessage } from "../backend/claim.ts"
import { messageBytes } from "../store/held-bytes.ts"

/** Of so many messages of a slice, spread over it, the size is looked at. */
const SAMPLED = 16

/** About how many bytes of memory a message of a slice takes. */
export function meanBytes(messages: readonly SliceMessage[]): number {
  const step = Math.max(1, Math.floor(messages.length / SAMPLED))
  let bytes = 0
  let seen = 0
  for (let at = messages.length - 1; at >= 0; at -= step) {
    const one = messages[at]
    if (one === undefined) break
    bytes += messageBytes(one.message)
    seen += 1
  }
  return seen === 0 ? 0 : bytes / seen
}
