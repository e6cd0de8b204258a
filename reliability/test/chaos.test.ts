import { equal } from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"

import { describe, it, onTestFinished } from "vitest"

import { type StorageName, storageNames } from "../src/storages/storage.ts"

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const deep = process.env["MILLRACE_DEEP"] === "1"
const seed = Number(process.env["MILLRACE_SEED"] ?? Date.now() % 1_000_000)

/** How long faults are made, and with which storages: in a deep run all of them, else the file and one server, another one each time. */
const seconds = deep ? 120 : 4
const servers = storageNames.filter((name) => name !== "sqlite")
const storages: readonly StorageName[] = deep ? storageNames : ["sqlite", servers[seed % servers.length] ?? "postgres"]
/** Nothing is decided by it: it ends a run that hangs. */
const TIME_LIMIT_MS = deep ? 2_400_000 : 1_200_000

/** The exit code that says that there is no server to strike. */
const NO_SERVER = 3

async function play(backend: StorageName): Promise<{ readonly code: number | null; readonly said: string }> {
  const args = ["--backend", backend, "--seconds", String(seconds), "--seed", String(seed), "--tell"]
  const child = spawn(process.execPath, ["--conditions=millrace-source", MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "--disable-warning=ExperimentalWarning" },
  })
  const exited = once(child, "exit")
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill("SIGTERM")
    await exited
  })
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  return { code: child.exitCode, said: said + complaints }
}

const inCi = (process.env["CI"] ?? "") !== "" && process.env["CI"] !== "false"

describe.concurrent(`seed ${seed}`, () => {
  for (const backend of storages) {
    describe.concurrent(`on ${backend}`, () => {
      it(
        "real processes on a real storage lose nothing, double nothing and leave nothing behind, whatever strikes them [S41.a S41.c S46.a lesson 5 lesson 7 lesson 29 lesson 35 lesson 46]",
        { timeout: TIME_LIMIT_MS },
        async ({ skip }) => {
          const { code, said } = await play(backend)
          if (code === NO_SERVER && !inCi) skip(said)
          equal(code, 0, said)
          if (deep) console.log(said)
        },
      )
    })
  }
})
