import type { Wake } from "@millrace/core/backend"

/** What has changed and is yet to be told. Told once, however much comes together meanwhile. */
export interface News {
  messages(types: Iterable<string>): void
  /** `left`: others may find something to do. Otherwise only this process is told. */
  work(left?: boolean): void
  schedule(): void
  challenge(processName: string): void
}

/** Gathers news; `tell` is asked to come for them as soon as there are some. */
export function gatherNews(
  tell: () => void,
): News & { take(): { readonly wakes: readonly Wake[]; readonly left: boolean } } {
  const types = new Set<string>()
  const challenged = new Set<string>()
  let work = false
  let anyLeft = false
  let schedule = false
  return {
    messages(added) {
      for (const type of added) types.add(type)
      if (types.size > 0) tell()
    },
    work(left = true) {
      work = true
      anyLeft ||= left
      tell()
    },
    schedule() {
      schedule = true
      tell()
    },
    challenge(processName) {
      challenged.add(processName)
      tell()
    },
    take() {
      const wakes: Wake[] = []
      if (types.size > 0) wakes.push({ kind: "messages", types: [...types] })
      if (work) wakes.push({ kind: "work" })
      if (schedule) wakes.push({ kind: "schedule" })
      for (const processName of challenged) wakes.push({ kind: "challenge", processName })
      types.clear()
      challenged.clear()
      const left = anyLeft
      work = false
      anyLeft = false
      schedule = false
      return { wakes, left }
    },
  }
}
