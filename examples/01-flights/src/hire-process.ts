import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

import type { Hire } from "./worker-handle.ts"

const WORKER = fileURLToPath(new URL("../worker.ts", import.meta.url))

/** Workers as processes of their own on the log at `url`. */
export function hireProcesses(url: string): Hire {
  return (name) => {
    const child = fork(WORKER, [url, name], { execArgv: ["--conditions=millrace-source"] })
    const exited = once(child, "exit")
    let expected = false
    const failed = new Promise<never>((_, reject) => {
      child.once("exit", (code, signal) => {
        if (!expected)
          reject(new Error(`${name} ended by itself (${signal ?? `exit code ${code}`}): see its output above`))
      })
      child.once("error", reject)
    })
    const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<void> => {
      expected = true
      child.kill(signal)
      await exited
    }
    return {
      name,
      failed,
      freeze: async () => void child.kill("SIGSTOP"),
      thaw: () => void child.kill("SIGCONT"),
      kill: () => end("SIGKILL"),
      stop: () => end("SIGTERM"),
    }
  }
}
