import type { Listening, Wake } from "../wake.ts"
import type { News } from "./log-state.ts"

/** The open ears of a log. */
export interface Listeners {
  listen(onWake: (wake: Wake) => void): Listening
  /** Tells what is news when the writes of this turn are done: once, however many there were. */
  tell(): void
  close(): void
}

/** Tells listeners what has changed; the news are emptied by it. */
export function listeners(news: News): Listeners {
  const ears = new Set<{ readonly hear: (wake: Wake) => void }>()
  let telling = false
  const flush = (): void => {
    telling = false
    const wakes = takeNews(news)
    for (const { hear } of ears) for (const wake of wakes) hear(wake)
  }
  return {
    listen(onWake) {
      const ear = { hear: onWake }
      ears.add(ear)
      return {
        async close() {
          ears.delete(ear)
        },
      }
    },
    tell() {
      if (telling || isEmpty(news)) return
      telling = true
      queueMicrotask(flush)
    },
    close() {
      ears.clear()
    },
  }
}

function isEmpty({ types, work, schedule, challenged }: News): boolean {
  return types.size === 0 && !work && !schedule && challenged.size === 0
}

function takeNews(news: News): readonly Wake[] {
  const wakes: Wake[] = []
  if (news.types.size > 0) wakes.push({ kind: "messages", types: [...news.types] })
  if (news.work) wakes.push({ kind: "work" })
  if (news.schedule) wakes.push({ kind: "schedule" })
  for (const processName of news.challenged) wakes.push({ kind: "challenge", processName })
  news.types.clear()
  news.work = false
  news.schedule = false
  news.challenged.clear()
  return wakes
}
