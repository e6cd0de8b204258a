import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

import { BackendError } from "@millrace/core/backend"

const heldHere = new Set<string>()

/** Makes this process the only owner of a folder, until the function it answers is called or the process dies. Throws `unavailable`. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, "owner")
  const own = `${path}.${process.pid}`
  writeFileSync(own, String(process.pid))
  try {
    if (!linked(own, path)) takeOver(own, path)
  } finally {
    rmSync(own, { force: true })
  }
  heldHere.add(path)
  return () => {
    heldHere.delete(path)
    rmSync(path, { force: true })
  }
}

/** A second lock keeps two newcomers from both clearing away a dead owner's, one of them after the other has put its own there. */
function takeOver(own: string, path: string): void {
  if (isAlive(path) || !linked(own, `${path}.changing`)) throw held(path)
  try {
    if (isAlive(path)) throw held(path)
    rmSync(path)
    linkSync(own, path)
  } finally {
    rmSync(`${path}.changing`, { force: true })
  }
}

/** A link appears with its content, or not at all: nobody reads half a lock. */
function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path)
    return true
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false
    throw error
  }
}

function isAlive(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, "utf8"))
    // A container that starts again has the process id it had before.
    if (pid === process.pid) return heldHere.has(path)
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== "ESRCH" && codeOf(error) !== "ENOENT"
  }
}

function held(path: string): BackendError {
  return new BackendError("unavailable", `another backend owns this folder: close it, or remove ${path}* if none runs`)
}

/** The code of an error of the file system. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : ""
}
