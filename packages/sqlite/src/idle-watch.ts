import type { ClaimRequest, Idle } from "@millrace/core/backend"

import { type LogRow, sameLog } from "./log-row.ts"

/** Remembers that a claim found nothing, so that the same question costs one look at the log's row while nothing has changed. */
export interface IdleWatch {
  /** The answer, when nothing has happened since and nothing has fallen due. */
  answer(request: ClaimRequest, log: LogRow, now: number): Idle | undefined
  learn(request: ClaimRequest, log: LogRow, idle: Idle): void
  /** Whether a look may spare a claim. */
  knows(request: ClaimRequest): boolean
}

/** The most different questions remembered. */
const QUESTIONS_KEPT = 100

export function createIdleWatch(): IdleWatch {
  const answers = new Map<string, { readonly log: LogRow; readonly idle: Idle }>()
  return {
    knows: (request) => answers.has(questionOf(request)),
    answer(request, log, now) {
      const known = answers.get(questionOf(request))
      if (known === undefined || !sameLog(known.log, log)) return undefined
      if (known.idle.nextAt !== null && known.idle.nextAt <= now) return undefined
      return { ...known.idle, now }
    },
    learn(request, log, idle) {
      if (answers.size >= QUESTIONS_KEPT) answers.clear()
      answers.set(questionOf(request), { log: { ...log }, idle })
    },
  }
}

/** Under another name something may be reserved. */
function questionOf({ owner, groups }: ClaimRequest): string {
  return JSON.stringify([owner.processName, ...groups.map(({ group, types }) => [group, types])])
}
