// Real processes, a real storage, real faults; then an audit of what lies in the storage.
//   npm run chaos -- --backend sqlite|postgres|redis|mongodb --minutes 5 [--seed 17] [--tell]
// The run itself is `play.ts`, in a process of its own: what that mounts is gone with it, and what its processes have compiled is kept for all of them.
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { readOptions } from "./options.ts"

readOptions(process.argv.slice(2))

const compiled = mkdtempSync(join(tmpdir(), "millrace-chaos-code-"))
process.once("exit", () => rmSync(compiled, { recursive: true, force: true }))

// Only root on Linux may mount.
const mounts =
  process.platform === "linux" && process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "true"]).status === 0
const program = fileURLToPath(new URL("play.ts", import.meta.url))
const args = [process.execPath, ...process.execArgv, program, ...process.argv.slice(2)]
const [command = "", ...rest] = mounts ? ["unshare", "--mount", ...args] : args
const child = spawn(command, rest, {
  stdio: ["inherit", "inherit", "inherit", "ipc"],
  env: { ...process.env, NODE_COMPILE_CACHE: compiled, ...(mounts ? { MILLRACE_CHAOS_MOUNTS: "1" } : {}) },
})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal))
await once(child, "exit")
process.exitCode = child.exitCode ?? 1
