import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"

/** How long the disk is asked. */
const SPAN_MS = 500

/** Small durable writes one after another that the disk under `folder` takes in a second: the ceiling of one caller. */
export function fsyncRate(folder: string): number {
  const file = join(folder, "fsync-probe")
  const handle = openSync(file, "w")
  const block = Buffer.alloc(4_096, 1)
  try {
    let writes = 0
    const began = performance.now()
    while (performance.now() - began < SPAN_MS) {
      writeSync(handle, block)
      fdatasyncSync(handle)
      writes += 1
    }
    return Math.round((writes * 1_000) / (performance.now() - began))
  } finally {
    closeSync(handle)
    rmSync(file, { force: true })
  }
}
