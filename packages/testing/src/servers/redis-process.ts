import { type ChildProcess, spawn } from "node:child_process"
import { connect } from "node:net"

import { NoRedis } from "./no-redis.ts"

/** A running server. */
export interface RedisProcess {
  readonly pid: number
  /** Ends it at once, as `kill -9` does. */
  end(): Promise<void>
}

/** How long a server may take until it answers. */
const START_TIMEOUT_MS = 30_000
const LOOK_AGAIN_MS = 10

/**
 * Runs the server under a shell that tells its process id and then waits for a word of ours: `stop` ends the server; when we are gone without
 * one, it ends the server too and removes its data. So nothing is left behind by a test run that was killed.
 */
const KEEPER = `
exec 3<&0
"$0" "$1" </dev/null >&2 &
server=$!
echo $server
exec >&-
{
  if read -r word; then kill -KILL $server; else
    trap "" TERM
    kill -KILL $server
    while kill -0 $server 2>/dev/null; do sleep 0.05; done
    rm -rf "$2"
  fi
} <&3 &
keeper=$!
wait $server
kill $keeper 2>/dev/null
`

/**
 * Starts a server with a configuration file in its folder, and waits until it serves; with `loading` only until it listens, so that it may still
 * refuse every command. In `cluster` it gets all slots. Throws `NoRedis` with what it said.
 */
export async function launchRedis(
  program: string,
  { folder, port, loading, cluster }: { folder: string; port: number; loading: boolean; cluster: boolean },
): Promise<RedisProcess> {
  const keeper = spawn("/bin/sh", ["-c", KEEPER, program, `${folder}/redis.conf`, folder], {
    cwd: folder,
    stdio: ["pipe", "pipe", "pipe"],
  })
  let said = ""
  keeper.stderr.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000)
  })
  const server = { pid: await pidFrom(keeper), end: () => end(keeper) }
  const until = Date.now() + START_TIMEOUT_MS
  while (!(await serves(port, loading, cluster))) {
    if (keeper.exitCode !== null) throw new NoRedis(`Redis ended at its start: ${said}`)
    if (Date.now() > until) {
      await server.end()
      throw new NoRedis(`Redis does not answer after ${START_TIMEOUT_MS} ms: ${said}`)
    }
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_AGAIN_MS)
    })
  }
  return server
}

function pidFrom(keeper: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    keeper.once("error", reject)
    keeper.stdout?.once("data", (chunk: Buffer) => resolve(Number(chunk.toString())))
  })
}

async function end(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return
  const ended = new Promise((resolve) => {
    keeper.once("exit", resolve)
  })
  keeper.stdin?.end("stop\n")
  await ended
}

async function serves(port: number, loading: boolean, cluster: boolean): Promise<boolean> {
  const answer = await ask(port, "PING")
  if (loading) return answer !== ""
  if (!/^(\+PONG|-NOAUTH|-MASTERDOWN)/.test(answer)) return false
  return !cluster || hasSlots(port)
}

/** Whether the only node of a cluster serves all slots; gives them to it where it has none yet. */
async function hasSlots(port: number): Promise<boolean> {
  const state = await ask(port, "CLUSTER INFO")
  if (state.includes("cluster_slots_assigned:0\r")) await ask(port, "CLUSTER ADDSLOTSRANGE 0 16383")
  return state.includes("cluster_state:ok")
}

/** The beginning of the answer to one command; empty when nobody answers. */
function ask(port: number, command: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1")
    const done = (answer: string): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once("error", () => done(""))
    socket.once("end", () => done(""))
    socket.once("connect", () => socket.write(`${command}\r\n`))
    socket.once("data", (chunk) => done(chunk.toString()))
  })
}
