import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** Points that a run of all of them need not strike any more. */
export interface FinishedPoints {
  has(point: string): boolean
  /** The next run over the same folder leaves it out. */
  add(point: string): void
}

/**
 * The points of a storage that earlier runs have finished, from a file in `folder`, which is made where it is missing; without a folder none. A point's name says what
 * is called there, so that code that has changed is struck anew where its calls have.
 */
export function finishedPoints(folder: string | undefined, storage: string): FinishedPoints {
  if (folder === undefined || folder === "") return { has: () => false, add() {} }
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `killed-points-${storage}.txt`)
  const finished = new Set(existsSync(file) ? readFileSync(file, "utf8").split("\n") : [])
  return {
    has: (point) => finished.has(point),
    add(point) {
      finished.add(point)
      appendFileSync(file, `${point}\n`)
    },
  }
}
