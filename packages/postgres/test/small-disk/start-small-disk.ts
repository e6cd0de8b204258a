import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** A server whose log lies on a file system that is soon full. */
export interface SmallDisk {
  readonly url: string
  makeRoom(): Promise<void>
  stop(): Promise<void>
}

const SERVE = fileURLToPath(new URL("./serve.ts", import.meta.url))

/** Whether file systems can be mounted here: as root on Linux, where the machine allows it. */
export function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false
  return spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0
}

export async function startSmallDisk(): Promise<SmallDisk> {
  const child = spawn("unshare", ["-m", process.execPath, "--conditions=millrace-source", SERVE], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const exited = once(child, "exit")
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const line = await lines.next()
    if (line.done === true) throw new Error("the server on a small disk ended: see its output")
    return line.value
  }
  return {
    url: await next(),
    async makeRoom() {
      child.stdin.write("make room\n")
      await next()
    },
    async stop() {
      child.stdin.end()
      await exited
    },
  }
}
