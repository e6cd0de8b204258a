import type { Append, Settled, Settlement, StoredMessage, Verdict } from "@millrace/core"

/** What the storage said of messages: stored, refused, or to be stored at an instant. */
export interface Book {
  appended(appends: readonly Append[], verdicts: readonly Verdict[]): void
  settled(settlement: Settlement<never>, answer: Settled): void
  cancelled(ids: readonly string[]): void
  moved(ids: readonly string[], at: number): void
  /** A schedule that has not come yet. */
  waits(id: string): boolean
  /** Whether a write with this message was accepted. */
  readonly isStored: (id: string) => boolean
  /** Compares the log with what was said, now that nothing waits any more. */
  compare(log: readonly StoredMessage[], wrong: (text: string) => void): void
}

interface Waiting {
  at: number
  readonly number: number
}

export function createBook(): Book {
  const stored = new Map<string, number | undefined>()
  const refused = new Set<string>()
  const scheduled = new Map<string, Waiting>()
  const take = (append: Append, position: number): void => {
    let next = position - append.streams.reduce((sum, { messages }) => sum + messages.length, 0)
    for (const { messages } of append.streams) for (const { id } of messages) stored.set(id, (next += 1))
    for (const { message, at } of append.schedules ?? [])
      if (!scheduled.has(message.id)) scheduled.set(message.id, { at, number: scheduled.size })
  }
  const refuse = (append: Append): void => {
    for (const { messages } of append.streams) for (const { id } of messages) refused.add(id)
  }
  return {
    isStored: (id) => stored.has(id),
    waits: (id) => scheduled.has(id),
    appended(appends, verdicts) {
      for (const [at, append] of appends.entries()) {
        const verdict = verdicts[at]
        if (verdict?.kind === "appended") take(append, verdict.position)
        else if (verdict?.kind !== "duplicate") refuse(append)
      }
    },
    settled({ parts }, answer) {
      for (const [at, { effects }] of parts.entries()) {
        if (effects === undefined) continue
        const verdict = answer.kind === "settled" ? answer.parts[at] : undefined
        if (verdict?.kind === "stored") {
          if (effects.streams.length > 0 && verdict.position > 0) take(effects, verdict.position)
          else take({ ...effects, streams: [] }, 0)
        } else refuse(effects)
      }
    },
    cancelled(ids) {
      for (const id of ids) scheduled.delete(id)
    },
    moved(ids, at) {
      for (const id of ids) {
        const waiting = scheduled.get(id)
        if (waiting !== undefined) waiting.at = at
      }
    },
    compare(log, wrong) {
      compareLog(log, { stored, refused, scheduled }, wrong)
    },
  }
}

function compareLog(
  log: readonly StoredMessage[],
  said: {
    readonly stored: ReadonlyMap<string, number | undefined>
    readonly refused: ReadonlySet<string>
    readonly scheduled: ReadonlyMap<string, Waiting>
  },
  wrong: (text: string) => void,
): void {
  const seen = new Set<string>()
  const versions = new Map<string, number>()
  let last = { position: 0, recordedAt: "" }
  for (const message of log) {
    const { id, position, recordedAt, streamId, kind, version } = message
    const where = `position ${position} (${message.type} ${id})`
    if (seen.has(id)) wrong(`${where}: its id is in the log twice`)
    seen.add(id)
    if (position <= last.position) wrong(`${where} comes behind ${last.position}`)
    if (recordedAt < last.recordedAt) wrong(`${where}: recorded at ${recordedAt}, after one of ${last.recordedAt}`)
    last = { position, recordedAt }
    const before = versions.get(streamId) ?? 0
    if (kind === "event" && version !== before + 1)
      wrong(`${where}: version ${version} of ${streamId} comes behind ${before}`)
    if (kind === "command" && version !== undefined) wrong(`${where}: a command has version ${version}`)
    versions.set(streamId, kind === "event" ? (version ?? before) : before)
    const told = said.stored.get(id)
    if (told !== undefined && told !== position) wrong(`${where}: it was said to be at ${told}`)
    const due = said.scheduled.get(id)
    if (due !== undefined && Date.parse(recordedAt) < due.at)
      wrong(`${where}: recorded ${due.at - Date.parse(recordedAt)} ms before it is due`)
    if (told === undefined && due === undefined)
      wrong(`${where} is in the log, and ${said.refused.has(id) ? "was refused" : "nobody was told so"}`)
  }
  for (const id of said.stored.keys())
    if (!seen.has(id)) wrong(`message ${id} was said to be stored, and is not in the log`)
  for (const id of said.scheduled.keys()) if (!seen.has(id)) wrong(`message ${id} was scheduled, and never came`)
}
