import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { databaseUrl } from "./database-url.ts"
import { freePort } from "./free-port.ts"
import { NoMongo } from "./no-mongo.ts"
import type { TestMongo } from "./test-mongo.ts"

/** How long a server may take until it prints its URL. */
const START_TIMEOUT_MS = 60_000

/** How much of what a program says on its standard error is kept for the report that it failed. */
const LAST_WORDS = 4_000

/**
 * Runs a program that prints the URL of a MongoDB as its first line and serves until it is stopped.
 * `restartable`: it keeps its data in a folder between kills, on one port.
 */
export async function runMongoProgram(program: string, options: { readonly restartable: boolean }): Promise<TestMongo> {
  const kept = options.restartable ? await mkdtemp(join(tmpdir(), "millrace-mongodb-")) : undefined
  const flags = kept === undefined ? [] : ["--port", String(await freePort()), "--keep", kept]
  const launched = async (): Promise<Running> => {
    try {
      return await launch(program, flags, kept ?? "")
    } catch (error) {
      if (kept !== undefined) await rm(kept, { recursive: true, force: true })
      throw error
    }
  }
  const first = await launched()
  let server = first.server
  const kill = async (): Promise<void> => {
    if (kept === undefined) {
      throw new NoMongo("this server keeps nothing: call startMongo({ restartable: true }) for one to kill")
    }
    await ended(server, () => killGroup(server))
  }
  return {
    url: first.url,
    own: true,
    ...(kept === undefined ? {} : { folder: kept }),
    urlOf: (database) => databaseUrl(first.url, database),
    kill,
    async restart() {
      await kill()
      server = (await launched()).server
    },
    async stop() {
      await ended(server, () => server.stdin?.end("stop\n"))
      if (kept !== undefined) await rm(kept, { recursive: true, force: true })
    },
  }
}

interface Running {
  readonly server: ChildProcess
  readonly url: string
}

/**
 * Runs the program under a shell that waits for a word of ours: `stop` ends it; when we are gone without one, it is ended too and what it kept
 * is removed. So nothing is left behind by a test run that was killed.
 */
const KEEPER = `
exec 3<&0
kept=$1
shift
"$0" "$@" </dev/null &
server=$!
{
  if read -r word; then kill -TERM $server; else
    trap "" TERM
    kill -TERM $server
    while kill -0 $server 2>/dev/null; do sleep 0.05; done
    [ -z "$kept" ] || rm -rf "$kept"
  fi
} <&3 >/dev/null 2>&1 &
keeper=$!
wait $server
code=$?
kill $keeper 2>/dev/null
exit $code
`

async function launch(program: string, flags: readonly string[], kept: string): Promise<Running> {
  // A process group of its own, so that a kill takes the program with all it started.
  const server = spawn("sh", ["-c", KEEPER, program, kept, ...flags], { detached: true, stdio: "pipe" })
  server.stdin.on("error", () => {}) // A killed server reads no word of ours.
  let complaint = ""
  server.stderr.on("data", (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-LAST_WORDS)
  })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ""
    const limit = setTimeout(() => {
      killGroup(server)
      reject(new NoMongo(`${program} printed no URL in ${START_TIMEOUT_MS} ms: ${complaint.trim()}`))
    }, START_TIMEOUT_MS)
    server.once("close", (code) => {
      clearTimeout(limit)
      reject(new NoMongo(`${program} (MILLRACE_MONGODB_SERVER) ended with ${code} at its start: ${complaint.trim()}`))
    })
    server.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString()
      const [line, ...more] = said.split("\n")
      if (line === undefined || more.length === 0) return
      clearTimeout(limit)
      resolve(line.trim())
    })
  })
  if (url.startsWith("mongodb")) return { server, url }
  await ended(server, () => server.stdin.end("stop\n"))
  throw new NoMongo(`the first line of ${program} (MILLRACE_MONGODB_SERVER) is no URL of a MongoDB: ${url}`)
}

/** Ends a server and waits until it is gone; nothing happens to one that is gone already. */
async function ended(server: ChildProcess, end: () => void): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = new Promise((resolve) => {
    server.once("exit", resolve)
  })
  end()
  await gone
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL")
  } catch {
    // It has ended by itself meanwhile.
  }
}
