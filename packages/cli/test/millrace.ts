import { type ChildProcess, spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { onTestFinished } from "vitest"

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const SOURCES = "--conditions=millrace-source"

/** What a command said, and how it ended. */
export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

interface Where {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** What it reads from stdin, which ends then. */
  readonly stdin?: string
}

/** Runs `millrace` as a process until it ends. */
export async function millrace(args: readonly string[], where: Where = {}): Promise<Said> {
  return started([SOURCES, MAIN, ...args], where).ended
}

/** Runs a program as a process until it ends. */
export async function program(file: URL, args: readonly string[]): Promise<Said> {
  return started([SOURCES, fileURLToPath(file), ...args], {}).ended
}

/** A command under way. */
export interface Running {
  readonly process: ChildProcess
  readonly ended: Promise<Said>
  /** Resolves when stdout has this text. */
  said(text: string): Promise<void>
}

/** Starts `millrace`; it is killed when the test has finished. */
export function runMillrace(args: readonly string[], where: Where = {}): Running {
  return started([SOURCES, MAIN, ...args], where)
}

/** Starts the `millrace` that is installed in a project; it is killed when the test has finished. */
export function runInstalled(project: string, args: readonly string[]): Running {
  return started([join(project, "node_modules/@millrace/cli/dist/main.js"), ...args], { cwd: project })
}

function started(args: readonly string[], { cwd, env = {}, stdin }: Where): Running {
  const child = spawn(process.execPath, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  })
  child.stdin.end(stdin)
  onTestFinished(() => void child.kill("SIGKILL"))
  let stdout = ""
  let stderr = ""
  const heard = new Set<() => void>()
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString()
    for (const look of heard) look()
  })
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Said>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })))
  return {
    process: child,
    ended,
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (stdout.includes(text)) resolve()
        }
        heard.add(look)
        look()
        void ended.then(() => reject(new Error(`ended without saying ${text}: ${stdout}${stderr}`)))
      }),
  }
}
