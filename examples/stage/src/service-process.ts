import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** How a process ended: by itself with a code, or by a signal. */
export type Ended = number | NodeJS.Signals

/** A service that runs as a process of its own. */
export interface ServiceProcess {
  readonly name: string
  /** Every line it said so far. */
  readonly lines: readonly string[]
  readonly ended: Promise<Ended>
  /** Resolves when it has said so many lines that contain this text. Rejects when it ends before. */
  said(text: string, times?: number): Promise<void>
  /** Writes a line to its standard input. */
  tell(line: string): void
  /** SIGTERM: it finishes what it has in hand. Resolves with how it ended. */
  stop(): Promise<Ended>
  /** SIGKILL, as a power failure would. Resolves when it is gone. */
  kill(): Promise<Ended>
}

export interface ServiceOptions {
  readonly name: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Is given each line. */
  readonly hear: (line: string) => void
}

/** Starts a TypeScript file as a process. */
export function serviceProcess(file: URL, { name, args, env = {}, hear }: ServiceOptions): ServiceProcess {
  const child = spawn(process.execPath, ["--conditions=millrace-source", fileURLToPath(file), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning", ...env },
  })
  const lines: string[] = []
  const looks = new Set<() => void>()
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line)
    hear(line)
    for (const look of looks) look()
  })
  const ended = endOf(child)
  const end = (signal: NodeJS.Signals): Promise<Ended> => {
    child.kill(signal)
    return ended
  }
  return {
    name,
    lines,
    ended,
    said: (text, times = 1) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (lines.filter((line) => line.includes(text)).length < times) return
          looks.delete(look)
          resolve()
        }
        looks.add(look)
        look()
        void ended.then((how) => reject(new Error(`${name} ended (${how}) before it said ${times} × "${text}"`)))
      }),
    tell: (line) => void child.stdin.write(`${line}\n`),
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  }
}

/** "close" comes when the last line has been read, too. */
async function endOf(child: ChildProcess): Promise<Ended> {
  await once(child, "close")
  return child.signalCode ?? child.exitCode ?? 0
}
