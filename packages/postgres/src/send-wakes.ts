import { setTimeout } from "node:timers/promises"

import type { Wake } from "@millrace/core/backend"

import type { Database } from "./database.ts"
import type { Names } from "./names.ts"
import { gatherNews, type News } from "./news.ts"
import type { OtherListeners } from "./other-listeners.ts"
import { notify } from "./sql/notify.ts"

/** How soon after one NOTIFY the next may go: under load others are woken often enough, and appends keep the server. */
const GAP_MS = 4

/** The same where so much has become news meanwhile: a process that appends in groups has better to do, and whoever works on that has enough for as long. */
const BUSY_GAP_MS = 16
const BUSY_NEWS = 64

/** Tells this object's listeners at once, others (where there are any) by one NOTIFY at a time: what becomes news while one is on its way goes with the next. */
export interface Sender {
  readonly news: News
  /** Somebody has begun to listen: what was told to nobody may be news to them. */
  repeat(): void
  /** Resolves when nothing is on its way any more. */
  idle(): Promise<void>
}

/** `origin`: by which this object knows its own. */
export function sendWakes(
  database: Database,
  {
    names,
    origin,
    others,
  }: { readonly names: Names; readonly origin: string; readonly others: Pick<OtherListeners, "none"> },
  tellAll: (wakes: readonly Wake[]) => void,
): Sender {
  let flushing = false
  let sending: Promise<void> | undefined
  let waiting: Wake[] = []
  let count = 0
  let untold = false
  const news = gatherNews((more) => {
    count += more
    if (flushing) return
    flushing = true
    queueMicrotask(flush)
  })
  const payloadOf = (wakes: readonly Wake[]): string => JSON.stringify([origin, wakes])
  function flush(): void {
    flushing = false
    const wakes = news.take()
    if (wakes.length === 0) return
    tellAll(wakes)
    tellOthers(wakes)
  }
  function tellOthers(wakes: readonly Wake[]): void {
    // Who is challenged may live without listening.
    if (!wakes.some(({ kind }) => kind === "challenge") && others.none()) {
      untold = true
      count = 0
      return
    }
    waiting = merged([...waiting, ...wakes])
    sending ??= send()
  }
  async function send(first?: Promise<unknown>): Promise<void> {
    try {
      if (first !== undefined) {
        await first
        await setTimeout(GAP_MS)
      }
      while (waiting.length > 0) {
        const payload = payloadOf(waiting)
        waiting = []
        const busy = count >= BUSY_NEWS
        count = 0
        await database.read.rows(notify, names.channel, payload)
        await setTimeout(busy ? BUSY_GAP_MS : GAP_MS)
      }
    } catch {
      // A wake-up is a hint: whoever misses it looks by itself.
      waiting = []
    } finally {
      sending = undefined
    }
  }
  const behind = (type: string): (() => void) => {
    const wakes: readonly Wake[] = [{ kind: "messages", types: [type] }]
    let state: "sent" | "stored" | "lost" = "sent"
    const first = database.line.rows(notify, names.channel, payloadOf(wakes)).catch(() => {
      if (state === "stored") news.messages(type)
      state = "lost"
    })
    sending = send(first)
    return () => {
      if (state === "lost") return news.messages(type)
      state = "stored"
      queueMicrotask(() => tellAll(wakes))
    }
  }
  return {
    news: { ...news, behind: () => (sending === undefined && !others.none() ? behind : undefined) },
    repeat() {
      if (untold) tellOthers(ALL)
      untold = false
    },
    idle: async () => sending,
  }
}

/** Whatever may have become news. */
const ALL: readonly Wake[] = [{ kind: "messages", types: null }, { kind: "work" }, { kind: "schedule" }]

/** Several wake-ups of a kind as one. */
function merged(wakes: readonly Wake[]): Wake[] {
  const types = new Set<string>()
  let all = false
  const others = new Map<string, Wake>()
  for (const wake of wakes) {
    if (wake.kind !== "messages") others.set(JSON.stringify(wake), wake)
    else if (wake.types === null) all = true
    else for (const type of wake.types) types.add(type)
  }
  if (types.size === 0 && !all) return [...others.values()]
  const known = all || JSON.stringify([...types]).length > MAX_TYPES_LENGTH ? null : [...types]
  return [{ kind: "messages", types: known }, ...others.values()]
}

/** A payload has to stay under 8,000 bytes. */
const MAX_TYPES_LENGTH = 1_500
