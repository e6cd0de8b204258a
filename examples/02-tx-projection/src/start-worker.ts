import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const WORKER = fileURLToPath(new URL("../worker.ts", import.meta.url))

/** A worker process. `ended` resolves with how it ended: by a signal, or with a code. */
export interface Worker {
  readonly ended: Promise<string>
  readonly stop: () => void
}

/** Starts a worker. `crashAtSave`: it is killed inside its transaction, right after that save. */
export function startWorker(url: string, { crashAtSave }: { readonly crashAtSave?: number } = {}): Worker {
  const child = spawn(process.execPath, ["--conditions=millrace-source", WORKER, url], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...(crashAtSave === undefined ? {} : { CRASH_AT_SAVE: `${crashAtSave}` }) },
  })
  return {
    ended: once(child, "exit").then(([code, signal]: readonly unknown[]) => String(signal ?? code)),
    stop: () => void child.kill("SIGTERM"),
  }
}
