import type { Client } from "./client.ts"
import { closedError, type Doubt, replyWord, toBackendError, unreachable } from "./errors.ts"
import type { Settings } from "./options.ts"
import type { Script } from "./script.ts"

/** A word of a command. */
export type Word = string | number | Buffer

/** How one client is spoken to, once it is connected. */
export interface Calls {
  /** Sends a command. Throws a `BackendError`. */
  send(command: string, words: readonly Word[], doubt: Doubt): Promise<unknown>
  /** Runs a script by its digest, and sends its text to a server that does not know it. */
  run(script: Script, words: readonly Word[]): Promise<unknown>
}

/** `failure` tells why a connection broke last. */
export function callsOn(
  client: Client,
  how: {
    readonly settings: Settings
    readonly where: string
    readonly key: string
    isClosed(): boolean
    failure(): string
  },
): Calls {
  const { settings, where, key } = how
  const attempt = async (command: string, words: readonly Word[]): Promise<unknown> => {
    if (how.isClosed()) throw closedError()
    settings.onCall?.(command)
    try {
      return await client.call(command, [...words])
    } catch (error) {
      if (how.isClosed()) throw closedError()
      if (isUnsent(error)) throw unreachable(where, how.failure(), error)
      throw error
    }
  }
  const send = async (command: string, words: readonly Word[], doubt: Doubt): Promise<unknown> => {
    try {
      return await attempt(command, words)
    } catch (error) {
      throw toBackendError(error, where, doubt)
    }
  }
  return {
    send,
    async run(script, words) {
      const doubt = script.writes ? "write" : "read"
      try {
        return await attempt("EVALSHA", [script.sha, 1, key, ...words])
      } catch (error) {
        if (replyWord(error) !== "NOSCRIPT") throw toBackendError(error, where, doubt)
      }
      return send("EVAL", [script.text, 1, key, ...words], doubt)
    },
  }
}

/** The driver refused to send it: the server never saw it. */
function isUnsent(error: unknown): boolean {
  return error instanceof Error && /isn't writeable|enableOfflineQueue|Cluster isn't ready/.test(error.message)
}
