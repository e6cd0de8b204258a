import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/** A process of the run, as its employer sees it. Its name and its way to the storage outlive it. */
export interface Member {
  readonly name: string
  readonly running: boolean
  /** Starts it where it does not run. */
  start(): void
  /** Ends it as a crash does. */
  kill(): Promise<void>
  /** Asks it to finish what it is at and go; one that does not within a while has not kept its word, and is killed: `false`. */
  stop(): Promise<boolean>
  freeze(): void
  thaw(): void
}

/** What runs in it: how it is called depends on when it is started. */
export interface Program {
  readonly file: "worker.ts" | "client.ts"
  readonly args: () => readonly string[]
  readonly onLine?: (line: string) => void
  /** It has ended, and nobody has asked it to. It is started again, as whoever looks after processes would. */
  readonly onFailed: (why: string) => void
}

const PATIENCE_MS = 120_000
/** How much of what a process says before it ends is told. */
const MOST_SAID = 3_000
/** How often one that ends by itself is started again. */
const MOST_RESTARTS = 10

export function member(name: string, { file, args, onLine, onFailed }: Program): Member {
  let child: ChildProcess | undefined
  let asked = false
  let restarts = 0
  const end = async (signal: "SIGKILL" | "SIGTERM"): Promise<boolean> => {
    const ending = child
    if (ending === undefined) return true
    asked = true
    const exited = once(ending, "exit")
    ending.kill("SIGCONT")
    ending.kill(signal)
    let late = false
    const limit = setTimeout(() => {
      late = true
      ending.kill("SIGKILL")
    }, PATIENCE_MS)
    await exited
    clearTimeout(limit)
    return !late
  }
  const start = (): void => {
    if (child !== undefined) return
    asked = false
    const started = launch(file, args())
    child = started
    if (onLine !== undefined) linesOf(started, onLine)
    let said = ""
    started.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, MOST_SAID)))
    started.once("exit", (code, signal) => {
      child = undefined
      if (asked && (code === null || code === 0)) return
      onFailed(`${name} ended (${signal ?? `code ${code}`}): ${said}`)
      if (!asked && (restarts += 1) < MOST_RESTARTS) start()
    })
  }
  return {
    name,
    get running() {
      return child !== undefined
    },
    start,
    async kill() {
      await end("SIGKILL")
    },
    stop: () => end("SIGTERM"),
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
  }
}

function launch(file: Program["file"], args: readonly string[]): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), [...args], {
    execArgv: ["--conditions=millrace-source", "--disable-warning=ExperimentalWarning"],
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  })
}

/** Whole lines only: a process that is killed may leave half of one. */
function linesOf({ stdout }: ChildProcess, onLine: (line: string) => void): void {
  let rest = ""
  stdout?.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) onLine(line)
  })
}
