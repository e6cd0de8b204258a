import type { Listening, Wake } from "@millrace/core/backend"
import type { Client } from "pg"

import type { Database } from "./database.ts"
import { closedError, toConnectError } from "./errors.ts"
import type { Names } from "./names.ts"
import type { News } from "./news.ts"
import type { Settings } from "./options.ts"
import { countOtherListeners, type OtherListeners } from "./other-listeners.ts"
import { openPoll } from "./poll.ts"
import { sendWakes } from "./send-wakes.ts"
import { readWakes } from "./wakes.ts"

/** How long to wait before a lost connection is opened again; doubled each time it fails. */
const RECONNECT_MS = 50
const MAX_RECONNECT_MS = 5_000

/** Wake-ups of one backend object: those it sends after its commits, and those it hears on one connection of its own, or finds by looking. */
export interface Ears {
  readonly news: News
  listen(onWake: (wake: Wake) => void): Promise<Listening>
  close(): Promise<void>
}

export function openEars(
  database: Database,
  { names, settings, origin }: { readonly names: Names; readonly settings: Settings; readonly origin: string },
): Ears {
  const heard = new Set<(wake: Wake) => void>()
  const tellAll = (wakes: readonly Wake[]): void => {
    for (const hear of heard) for (const wake of wakes) hear(wake)
  }
  const others = countOtherListeners({ lock: names.listenersLock, channel: names.channel }, origin)
  const sender = sendWakes(database, { names, origin, others }, tellAll)
  const onPayload = (payload: string): void => {
    if (others.hear(payload)) sender.repeat()
    else tellAll(readWakes(payload, origin))
  }
  let line: Line | undefined
  let closed = false
  return {
    news: sender.news,
    async listen(onWake) {
      if (closed) throw closedError()
      line ??= settings.listen
        ? openLine(database, { channel: names.channel, others }, onPayload)
        : { ...openPoll(database, tellAll), async meet() {} }
      try {
        await line.ready
      } catch (error) {
        line = undefined
        throw toConnectError(error, database.where)
      }
      const ear = (wake: Wake): void => onWake(wake)
      heard.add(ear)
      await line.meet()
      return {
        async close() {
          heard.delete(ear)
        },
      }
    },
    async close() {
      closed = true
      heard.clear()
      await sender.idle()
      await line?.close()
    },
  }
}

/** What hears of others: a listening connection that comes back by itself, or a poll. */
interface Line {
  /** Resolves when it hears. */
  readonly ready: Promise<void>
  /** Makes itself known to the others, once somebody is there to take their answer. */
  meet(): Promise<void>
  close(): Promise<void>
}

function openLine(
  database: Database,
  { channel, others }: { readonly channel: string; readonly others: OtherListeners },
  onPayload: (payload: string) => void,
): Line {
  let client: Client | undefined
  let closed = false
  let timer: NodeJS.Timeout | undefined
  let wait = RECONNECT_MS
  let met: Promise<void> | undefined

  const connect = async (): Promise<void> => {
    const next = database.single()
    next.on("notification", ({ payload }) => onPayload(payload ?? ""))
    let lost = false
    const lose = (): void => {
      if (lost) return
      lost = true
      if (client === next) client = undefined
      met = undefined
      others.leave()
      next.end().catch(() => {})
      if (ready && !closed) again()
    }
    let ready = false
    next.on("error", lose)
    next.on("end", lose)
    try {
      await next.connect()
      await next.query(`LISTEN "${channel}"`)
    } catch (error) {
      lose()
      throw error
    }
    client = next
    ready = true
    if (lost) again()
    if (closed) await next.end()
  }
  // Who can not be counted may be there: the others are told as if they were.
  const meet = (): Promise<void> => (client === undefined ? NOBODY : (met ??= others.join(client).catch(() => {})))
  const again = (): void => {
    timer = setTimeout(() => {
      connect().then(
        () => {
          wait = RECONNECT_MS
          onPayload(RECONNECTED)
          return meet()
        },
        () => {
          wait = Math.min(wait * 2, MAX_RECONNECT_MS)
          if (!closed) again()
        },
      )
    }, wait)
  }
  return {
    ready: connect(),
    meet,
    async close() {
      closed = true
      clearTimeout(timer)
      await client?.end()
    },
  }
}

const NOBODY = Promise.resolve()

/** The payload that stands for a line that came back. */
const RECONNECTED = JSON.stringify(["", [{ kind: "reconnected" }]])
