import { openSync } from "node:fs"
import { connect, createServer } from "node:net"

import type { Plant } from "./plant.ts"

const LEAKED_BYTES = 1024 * 1024
/** Which order of its stream is lost, or doubled. */
const STRUCK = 2

/** How many effects a handler gives for a message where faults are planted in it, and what it leaves behind each time. */
export function planted(plants: readonly Plant[]): (stream: string, n: number) => number {
  const has = (plant: Plant): boolean => plants.includes(plant)
  const kept: unknown[] = []
  const server = has("connections") ? createServer((socket) => void kept.push(socket.unref())).listen(0) : undefined
  server?.unref()
  return (stream, n) => {
    if (has("memory")) kept.push(Buffer.alloc(LEAKED_BYTES))
    if (has("handles")) kept.push(openSync("/dev/null", "r"))
    const address = server?.address()
    if (typeof address === "object" && address !== null) kept.push(connect(address.port).unref())
    if (n !== STRUCK) return 1
    if (has("lost") && stream === "order-0") return 0
    return has("doubled") && stream === "order-1" ? 2 : 1
  }
}
