import { Cluster } from "ioredis"

import { type Calls, callsOn, type Word } from "./calls.ts"
import { checkClient, type Client, clientFor, untilReady } from "./client.ts"
import { closedError, toBackendError } from "./errors.ts"
import type { Settings } from "./options.ts"
import { list, text } from "./reply.ts"
import type { Script } from "./script.ts"

export type { Word } from "./calls.ts"

/** The connection that all calls of a backend share. */
export interface Connection {
  /** Names the log in messages. */
  readonly where: string
  /** Runs a script on the log. */
  run(script: Script, words: readonly Word[]): Promise<unknown>
  /** Sends a command that only reads. */
  ask(command: string, ...words: readonly Word[]): Promise<unknown>
  /** Sends a command that writes. */
  tell(command: string, ...words: readonly Word[]): Promise<unknown>
  /** Finds all keys of a pattern, and hands them over some at a time. */
  eachKey(pattern: string, use: (keys: readonly string[]) => Promise<void>): Promise<void>
  /** A client of its own beside it, for subscriptions. */
  second(): Client
  /** Runs `greet` whenever a connection stands, before anything else is sent on it. */
  onReady(greet: (on: Calls) => Promise<void>): void
  close(): Promise<void>
}

const SCAN_COUNT = 1_000

/** Events after which the log may be on another server, or another start of it. In a cluster that happens without the client ever losing its connection. */
const GONE = ["close", "end", "+node", "-node", "node error"] as const

/** The key by which scripts find the log, and all others. */
export function logKey(settings: Settings): string {
  return `${keyPrefix(settings)}log`
}

/** Begins the names of all keys of the log. */
export function keyPrefix(settings: Settings): string {
  return `{${settings.prefix}}:`
}

/** Opens nothing yet: the first call does. A client passed in is used as it is, and stays open. */
export function openConnection(target: string | Client, settings: Settings): Connection {
  const own = typeof target === "string"
  if (!own) checkClient(target)
  const client = own ? clientFor(target, settings) : target
  const where = `the log ${settings.prefix} in Redis`
  const state = watch(client)
  const calls = callsOn(client, { settings, where, key: logKey(settings), ...state })
  const ready = async (): Promise<void> => {
    if (state.isClosed()) throw closedError()
    if (client.status !== "ready") await untilReady(client, settings.connectTimeoutMs, () => state.failure(), where)
    await state.greeted(calls)
  }
  return {
    where,
    async run(script, words) {
      await ready()
      return calls.run(script, words)
    },
    async ask(command, ...words) {
      await ready()
      return calls.send(command, words, "read")
    },
    async tell(command, ...words) {
      await ready()
      return calls.send(command, words, "write")
    },
    async eachKey(pattern, use) {
      await ready()
      try {
        for (const node of client instanceof Cluster ? client.nodes("master") : [client])
          for await (const keys of node.scanStream({ match: pattern, count: SCAN_COUNT }))
            await use(list(keys).map(text))
      } catch (error) {
        throw toBackendError(error, where, "read")
      }
    },
    second() {
      if (own) return clientFor(target, settings, true)
      return client instanceof Cluster ? client.duplicate() : client.duplicate()
    },
    onReady: (greet) => state.onReady(greet),
    async close() {
      state.end()
      if (!own) return
      client.on("error", () => {})
      client.disconnect()
    },
  }
}

/** Follows what becomes of a client's connection. */
function watch(client: Client): {
  isClosed(): boolean
  failure(): string
  onReady(greet: (on: Calls) => Promise<void>): void
  /** Resolves when this connection has been greeted. */
  greeted(calls: Calls): Promise<void>
  end(): void
} {
  let closed = false
  let failure = "no connection yet"
  let greeting: ((on: Calls) => Promise<void>) | undefined
  let greeted: Promise<void> | undefined
  const noted = (error: Error): void => {
    failure = error.message || failure
  }
  const gone = (): void => {
    greeted = undefined
  }
  client.on("error", noted)
  for (const event of GONE) client.on(event, gone)
  return {
    isClosed: () => closed,
    failure: () => failure,
    onReady(greet) {
      greeting = greet
    },
    async greeted(calls) {
      if (greeted === undefined && greeting !== undefined) {
        const greets = greeting(calls)
        greeted = greets
        greets.catch(() => {
          if (greeted === greets) greeted = undefined
        })
      }
      await greeted
    },
    end() {
      closed = true
      client.off("error", noted)
      for (const event of GONE) client.off(event, gone)
    },
  }
}
