import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

const WORKER = fileURLToPath(new URL("../worker.ts", import.meta.url))

/** A worker process. `ended` resolves with how it ended: by a signal, or with a code. */
export interface Worker {
  readonly ended: Promise<string>
  readonly stop: () => void
}

export interface WorkerOptions {
  /** The worker is killed right after that save. */
  readonly crashAtSave?: number
  /** Whether the projector saves inside the transaction of its progress, or outside. */
  readonly tx: "with-tx" | "without-tx"
}

/** Starts a worker on the log in a file. */
export function startWorker(file: string, { crashAtSave, tx }: WorkerOptions): Worker {
  const child = spawn(process.execPath, ["--conditions=millrace-source", WORKER, file, tx], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...(crashAtSave === undefined ? {} : { CRASH_AT_SAVE: `${crashAtSave}` }) },
  })
  return {
    ended: once(child, "exit").then(([code, signal]: readonly unknown[]) => String(signal ?? code)),
    stop: () => void child.kill("SIGTERM"),
  }
}
