import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

import * as Schema from "effect/Schema"

import type { Ask } from "../member/asks.ts"
import type { Plant } from "../mill/plant.ts"

export type Role = "writer" | "worker" | "both" | "operator"

/** A process of the soak. */
export interface CrewMember {
  readonly name: string
  readonly pid: number
  /** Asks it and decodes what it answers. Throws what it failed with, and where it has ended. */
  ask<T>(ask: Ask, answer: Schema.Codec<T, unknown>): Promise<T>
  /** Lets it close its app and go. */
  stop(): Promise<void>
  /** Ends it at once. */
  kill(): Promise<void>
}

export interface Launch {
  readonly url: string
  readonly name: string
  readonly role: Role
  readonly plants: readonly Plant[]
}

const Answer = Schema.Struct({
  number: Schema.Int,
  said: Schema.optionalKey(Schema.Unknown),
  failed: Schema.optionalKey(Schema.String),
})
const decodeAnswer = Schema.decodeUnknownSync(Answer)

const PROGRAM = fileURLToPath(new URL("../member/main.ts", import.meta.url))
const FLAGS = ["--conditions=millrace-source", "--expose-gc", "--disable-warning=ExperimentalWarning"]
/** How much of what a process says before it ends is told. */
const MOST_SAID = 3_000

/** Starts a process; resolves when it is ready. */
export async function launch({ url, name, role, plants }: Launch): Promise<CrewMember> {
  const child = fork(PROGRAM, [url, name, role, plants.join()], {
    execArgv: FLAGS,
    stdio: ["ignore", "inherit", "pipe", "ipc"],
  })
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  let said = ""
  let count = 0
  let gone: Error | undefined
  child.stderr?.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(0, MOST_SAID)))
  child.on("message", (received: unknown) => {
    const answer = decodeAnswer(received)
    const asked = waiting.get(answer.number)
    waiting.delete(answer.number)
    if (answer.failed === undefined) asked?.resolve(answer.said)
    else asked?.reject(new Error(`${name}: ${answer.failed}`))
  })
  child.once("exit", (code, signal) => {
    gone = new Error(`${name} has ended (${signal ?? `code ${code}`}): ${said}`)
    for (const one of waiting.values()) one.reject(gone)
    waiting.clear()
  })
  const answerTo = (number: number): Promise<unknown> => {
    const asked = Promise.withResolvers<unknown>()
    if (gone === undefined) waiting.set(number, asked)
    else asked.reject(gone)
    return asked.promise
  }
  const end = async (how: () => void): Promise<void> => {
    if (gone !== undefined) return
    const exited = once(child, "exit")
    how()
    await exited
  }
  await answerTo(0)
  return {
    name,
    pid: child.pid ?? 0,
    async ask(ask, schema) {
      const answered = answerTo((count += 1))
      if (gone === undefined) child.send({ number: count, ask })
      return Schema.decodeUnknownSync(schema)(await answered)
    },
    stop: () => end(() => child.send({ number: (count += 1), ask: { ask: "stop" } satisfies Ask })),
    kill: () => end(() => child.kill("SIGKILL")),
  }
}
