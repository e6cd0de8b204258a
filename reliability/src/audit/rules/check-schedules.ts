import type { Evidence } from "../evidence.ts"
import type { Wrong } from "../findings.ts"
import { readNumber } from "../read-payload.ts"

/** What was scheduled came, and not before its time by the storage's clock. Counters count. */
export function checkSchedules({ messages, schedules }: Evidence, wrong: Wrong): void {
  if (schedules > 0) wrong("schedules", `${schedules} schedules still wait`)
  for (const { type, payload, recordedAt, position, version } of messages) {
    if (type === "chaos.counted" && readNumber(payload, "n") !== version)
      wrong("versions", `position ${position} was appended as version ${readNumber(payload, "n")}, and is ${version}`)
    if (type !== "chaos.ring" && type !== "chaos.reminded") continue
    const due = readNumber(payload, "due")
    if (!(recordedAt >= due)) wrong("schedules", `position ${position} came ${due - recordedAt} ms before it was due`)
  }
}
