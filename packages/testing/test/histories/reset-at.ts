import type { ResetTo } from "@millrace/core"
import type { Backend, Position } from "@millrace/core/backend"

import { readAll } from "../../src/conformance/build/reading.ts"

/** The position above which a reset delivers again. */
export async function resetAt(backend: Backend, to: ResetTo): Promise<Position> {
  if (to === "beginning") return 0
  if ("position" in to) return to.position
  const from = to.date.toISOString()
  const messages = await readAll(backend)
  const first = messages.find(({ recordedAt }) => recordedAt >= from)
  return first === undefined ? (messages.at(-1)?.position ?? 0) : first.position - 1
}
