import { fileURLToPath } from "node:url"

import { type IPty, spawn } from "@lydell/node-pty"
import { onTestFinished } from "vitest"

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url))

/** A command in a terminal of its own. */
export interface InTerminal {
  /** Everything the terminal was sent so far, control characters included. */
  readonly screen: () => string
  /** Resolves when the terminal was sent this text. */
  said(text: string | RegExp): Promise<void>
  /** Types. `\r` is the enter key, `\u0003` is ctrl-c. */
  type(keys: string): void
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>
}

/** Starts `millrace` in a real terminal; it is killed when the test has finished. */
export function inTerminal(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string | undefined>> } = {},
): InTerminal {
  const { NO_COLOR: _no, FORCE_COLOR: _force, CI: _ci, ...inherited } = process.env
  const terminal: IPty = spawn(process.execPath, ["--conditions=millrace-source", MAIN, ...args], {
    name: "xterm-256color",
    cols: 120,
    rows: 40,
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...inherited, TERM: "xterm-256color", ...env },
  })
  let screen = ""
  let over = false
  const heard = new Set<() => void>()
  terminal.onData((text) => {
    screen += text
    for (const look of heard) look()
  })
  const ended = new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode }) => {
      over = true
      resolve(exitCode)
    }),
  )
  onTestFinished(() => {
    if (!over) terminal.kill("SIGKILL")
  })
  return {
    screen: () => screen,
    ended,
    type: (keys) => terminal.write(keys),
    said: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (typeof text === "string" ? screen.includes(text) : text.test(screen)) resolve()
        }
        heard.add(look)
        look()
        void ended.then(() => reject(new Error(`ended without saying ${String(text)}: ${screen}`)))
      }),
  }
}
