import { Cluster } from "ioredis"

import { checkClient, type Client, clientFor, untilReady } from "./client.ts"
import { closedError, replyWord, toBackendError, unreachable } from "./errors.ts"
import type { Settings } from "./options.ts"
import { list, text } from "./reply.ts"
import type { Script } from "./script.ts"

/** A word of a command. */
export type Word = string | number | Buffer

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
  forget(pattern: string, remove: (keys: readonly string[]) => Promise<void>): Promise<void>
  /** A client of its own beside it, for subscriptions. */
  second(): Client
  /** Runs `greet` whenever a connection stands, before anything else is sent on it. */
  onReady(greet: (on: Greeter) => Promise<void>): void
  close(): Promise<void>
}

/** How the first words are spoken on a new connection. */
export interface Greeter {
  run(script: Script, words: readonly Word[]): Promise<unknown>
  ask(command: string, ...words: readonly Word[]): Promise<unknown>
}

const SCAN_COUNT = 1_000
const CLUSTER_EVENTS = ["+node", "-node", "node error"] as const

/** The key by which scripts find the log, and all others. */
export function logKey(settings: Settings): string {
  return `{${settings.prefix}}:log`
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
  const key = logKey(settings)
  let closed = false
  let failure = "no connection yet"
  let greeting: ((on: Greeter) => Promise<void>) | undefined
  let greeted: Promise<void> | undefined
  const noted = (error: Error): void => {
    failure = error.message || failure
  }
  const gone = (): void => {
    greeted = undefined
  }
  client.on("error", noted)
  client.on("close", gone)
  client.on("end", gone)
  // In a cluster another node may have become the log's without this client ever having lost its connection.
  for (const event of CLUSTER_EVENTS) client.on(event, gone)
  const send = async (command: string, words: readonly Word[], doubt: "read" | "write"): Promise<unknown> => {
    if (closed) throw closedError()
    settings.onCall?.(command)
    try {
      return await client.call(command, [...words])
    } catch (error) {
      if (closed) throw closedError()
      if (isUnsent(error)) throw unreachable(where, failure, error)
      throw replyWord(error) === undefined ? toBackendError(error, where, doubt) : error
    }
  }
  const evaluate = async (script: Script, words: readonly Word[]): Promise<unknown> => {
    const doubt = script.writes ? "write" : "read"
    try {
      return await send("EVALSHA", [script.sha, 1, key, ...words], doubt)
    } catch (error) {
      if (replyWord(error) !== "NOSCRIPT") throw toBackendError(error, where, doubt)
    }
    return send("EVAL", [script.text, 1, key, ...words], doubt).catch((error: unknown) => {
      throw toBackendError(error, where, doubt)
    })
  }
  const ready = async (): Promise<void> => {
    if (closed) throw closedError()
    if (client.status !== "ready") await untilReady(client, settings.connectTimeoutMs, () => failure, where)
    if (greeted === undefined && greeting !== undefined) {
      const greets = greeting({ run: evaluate, ask: (name, ...words) => send(name, words, "read") })
      greeted = greets
      greets.catch(() => {
        if (greeted === greets) greeted = undefined
      })
    }
    await greeted
  }
  const command = async (name: string, words: readonly Word[], doubt: "read" | "write"): Promise<unknown> => {
    await ready()
    return send(name, words, doubt).catch((error: unknown) => {
      throw toBackendError(error, where, doubt)
    })
  }
  return {
    where,
    async run(script, words) {
      if (client.status !== "ready" || greeted === undefined) await ready()
      else await greeted
      return evaluate(script, words)
    },
    ask: (name, ...words) => command(name, words, "read"),
    tell: (name, ...words) => command(name, words, "write"),
    async forget(pattern, remove) {
      await ready()
      const nodes = client instanceof Cluster ? client.nodes("master") : [client]
      for (const node of nodes)
        for await (const keys of node.scanStream({ match: pattern, count: SCAN_COUNT }))
          await remove(list(keys).map(text))
    },
    second() {
      if (own) return clientFor(target, settings, true)
      return client instanceof Cluster ? client.duplicate() : client.duplicate()
    },
    onReady(greet) {
      greeting = greet
    },
    async close() {
      closed = true
      client.off("error", noted)
      client.off("close", gone)
      client.off("end", gone)
      for (const event of CLUSTER_EVENTS) client.off(event, gone)
      if (own) {
        client.on("error", () => {})
        client.disconnect()
      }
    },
  }
}

/** The driver refused to send it: the server never saw it. */
function isUnsent(error: unknown): boolean {
  return error instanceof Error && /isn't writeable|enableOfflineQueue|Cluster isn't ready/.test(error.message)
}
