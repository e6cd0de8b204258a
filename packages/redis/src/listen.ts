import type { Listening, Wake } from "@millrace/core/backend"

import type { Client } from "./client.ts"
import { type Connection, keyPrefix } from "./connection.ts"
import { toBackendError } from "./errors.ts"
import type { Settings } from "./options.ts"

/** The open ears of a backend, on one connection of their own. */
export interface Ears {
  listen(onWake: (wake: Wake) => void): Promise<Listening>
  close(): Promise<void>
}

/** Opens nothing before the first ear. */
export function openEars(connection: Connection, settings: Settings): Ears {
  const ears = new Set<{ readonly hear: (wake: Wake) => void }>()
  const channel = `${keyPrefix(settings)}wake`
  let subscribed: Promise<Client> | undefined
  const tell = (wake: Wake): void => {
    for (const { hear } of ears) hear(wake)
  }
  const subscribe = async (): Promise<Client> => {
    const client = connection.second()
    let before = false
    client.on("error", () => {})
    client.on("message", (_, message: string) => {
      const wake = wakeOf(message)
      if (wake !== undefined) tell(wake)
    })
    client.on("ready", () => {
      if (before) tell({ kind: "reconnected" })
      before = true
    })
    try {
      settings.onCall?.("SUBSCRIBE")
      await client.subscribe(channel)
      return client
    } catch (error) {
      client.disconnect()
      throw toBackendError(error, connection.where, "read")
    }
  }
  return {
    async listen(onWake) {
      subscribed ??= subscribe()
      try {
        await subscribed
      } catch (error) {
        subscribed = undefined
        throw error
      }
      const ear = { hear: onWake }
      ears.add(ear)
      return {
        async close() {
          ears.delete(ear)
        },
      }
    },
    async close() {
      ears.clear()
      const client = await subscribed?.catch(() => undefined)
      client?.disconnect()
    },
  }
}

/** What a message on the channel says: a letter, and names behind it. */
function wakeOf(message: string): Wake | undefined {
  const [kind, ...names] = message.split("\0")
  switch (kind) {
    case "m":
      return { kind: "messages", types: names }
    case "w":
      return { kind: "work" }
    case "s":
      return { kind: "schedule" }
    case "c":
      return { kind: "challenge", processName: names[0] ?? "" }
    default:
      return undefined
  }
}
