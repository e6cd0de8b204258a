import { open, rm } from "node:fs/promises"
import { join } from "node:path"

const LARGEST = 4 * 1024 * 1024
const SMALLEST = 4 * 1024

/** Fills the file system of a folder to the last block, and makes room again. */
export function fillDisk(folder: string): { readonly fill: () => Promise<void>; readonly free: () => Promise<void> } {
  const filler = join(folder, "filler")
  return {
    async fill() {
      const file = await open(filler, "w")
      const zeros = Buffer.alloc(LARGEST)
      try {
        for (let size = LARGEST; size >= SMALLEST;) {
          const fits = await file.write(zeros, 0, size).then(
            ({ bytesWritten }) => bytesWritten === size,
            (error: unknown) => isFull(error),
          )
          if (!fits) size /= 2
        }
      } finally {
        await file.close()
      }
    },
    free: () => rm(filler, { force: true }),
  }
}

/** `false`: so much does not fit any more. Anything else that goes wrong is thrown. */
function isFull(error: unknown): false {
  if (error instanceof Error && "code" in error && error.code === "ENOSPC") return false
  throw error
}
