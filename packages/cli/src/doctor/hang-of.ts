import type { GroupInfo, LaneInfo, ProcessInfo } from "@millrace/core"

import { span } from "../render/time.ts"
import type { Finding, InHand } from "./finding.ts"

/** The most messages in hand that are named in words. */
const MOST_NAMED = 3

/** What is known of a group at one moment. */
export interface GroupLook {
  readonly group: GroupInfo
  readonly lanes: readonly LaneInfo[]
  /** When the messages that its lanes wait at were recorded, by id. */
  readonly recordedAt: ReadonlyMap<string, number>
}

interface Circumstances {
  readonly live: readonly ProcessInfo[]
  readonly now: number
  /** Whether a message that was recorded then has waited too long. */
  readonly isOld: (instant: number) => boolean
}

/**
 * What two looks tell of a group whose oldest message has waited too long: that it hangs, or nothing. One that is far behind but gets on does not hang, nor
 * one whose oldest message waits for a retry or for a person.
 */
export function hangOf(first: GroupLook, second: GroupLook, at: Circumstances): readonly Finding[] {
  const { group, waitingSince } = second.group
  if (waitingSince === undefined) return []
  const inHand = heldTwice(first, second, at)
  if (inHand.length > 0) return [held(group, inHand)]
  if (getsOn(first.group, second.group) || isResting(second, waitingSince)) return []
  return [
    unsettled(
      group,
      at.now - waitingSince,
      at.live.filter(({ leases }) => leases > 0),
    ),
  ]
}

/** Old messages that a process which lives had in hand at both looks. */
function heldTwice(first: GroupLook, second: GroupLook, { live, now, isOld }: Circumstances): readonly InHand[] {
  const names = new Set(live.map(({ processName }) => processName))
  return second.lanes.flatMap((lane) => {
    const { leasedBy: process, key, next: position } = lane
    const recordedAt = recordedAtOf(second, lane)
    if (process === undefined || recordedAt === undefined || !names.has(process) || !isOld(recordedAt)) return []
    const before = first.lanes.find((one) => one.key === key)
    const same = before?.leasedBy === process && before.next === position && before.failures === lane.failures
    return same ? [{ process, key, position, ageMs: now - recordedAt }] : []
  })
}

function recordedAtOf({ recordedAt }: GroupLook, { messageId }: LaneInfo): number | undefined {
  return messageId === undefined ? undefined : recordedAt.get(messageId)
}

function getsOn(before: GroupInfo, after: GroupInfo): boolean {
  return (
    after.waitingSince !== before.waitingSince ||
    after.oldestCheckpoint > before.oldestCheckpoint ||
    after.lag < before.lag
  )
}

/** Whether its oldest message is one that a lane waits at by itself, or the whole group before a retry. */
function isResting(look: GroupLook, waitingSince: number): boolean {
  if (look.group.order === "log" && look.group.retryAt !== undefined) return true
  const resting = look.lanes.filter(({ leasedBy }) => leasedBy === undefined)
  return resting.some((lane) => (recordedAtOf(look, lane) ?? Number.POSITIVE_INFINITY) <= waitingSince)
}

function held(group: string, inHand: readonly InHand[]): Finding {
  const named = inHand
    .slice(0, MOST_NAMED)
    .map(
      ({ process, key, position, ageMs }) =>
        `${process} has message ${position} of ${key} in hand, recorded ${span(ageMs)} ago`,
    )
  const others = inHand.length > MOST_NAMED ? [`${inHand.length - MOST_NAMED} more are in hand as long`] : []
  return {
    severity: "warning",
    what: `group ${group} hangs: ${[...named, ...others].join("; ")}`,
    remedy: `${SLOW}. To pass over it: millrace group skip ${group} ${inHand[0]?.position}; to hand it to another process: end this one`,
    group,
    inHand,
  }
}

function unsettled(group: string, ageMs: number, holders: readonly ProcessInfo[]): Finding {
  const old = `group ${group} hangs: its oldest waiting message was recorded ${span(ageMs)} ago`
  if (holders.length > 0)
    return {
      severity: "warning",
      what: `${old} and is not settled; at work: ${holders.map(({ processName }) => processName).join(", ")}`,
      remedy: `${SLOW}. To hand its work to others: end the process`,
      group,
    }
  return {
    severity: "warning",
    what: `${old}, and no process has anything in hand`,
    remedy: "start one that works for it and knows its types: see --only and --skip of millrace run",
    group,
  }
}

const SLOW = "a handler does not end, or is slower than what comes in: look at what it waits for"
