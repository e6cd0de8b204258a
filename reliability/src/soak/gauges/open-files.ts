import { readdir, readlink } from "node:fs/promises"

/** What a process has open, where the system tells: its file handles, and how many of them are sockets. */
export interface OpenFiles {
  readonly handles: number
  readonly sockets: number
}

export async function openFiles(pid: number): Promise<OpenFiles | undefined> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder).catch(() => undefined)
  if (names === undefined) return undefined
  // One that was closed meanwhile is nothing to tell.
  const targets = await Promise.all(names.map((name) => readlink(`${folder}/${name}`).catch(() => "")))
  return {
    handles: targets.filter((target) => target !== "").length,
    sockets: targets.filter((target) => target.startsWith("socket:")).length,
  }
}
