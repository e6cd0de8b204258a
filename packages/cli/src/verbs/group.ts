import type { ResetTo } from "@millrace/core"

import { CommandFailed, EXIT } from "../exit-codes.ts"
import { instant } from "../render/time.ts"
import { audited } from "../session/audit.ts"
import { confirm } from "../session/confirm.ts"
import { inSession, type Session } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Stops a group, and keeps why. */
export function stop(group: string, { reason, ...options }: StoreOptions & { readonly reason: string }): Promise<void> {
  return inSession(options, async (session) => {
    await audited(session, { verb: "group stop", group, reason }, () => session.app.stopConsumerGroup(group, reason))
    tell(session, { group, status: "stopped", reason }, `${group} is stopped: ${reason}`)
  })
}

/** Makes a stopped group work again. */
export function start(group: string, options: StoreOptions): Promise<void> {
  return inSession(options, async (session) => {
    await audited(session, { verb: "group start", group }, () => session.app.startConsumerGroup(group))
    tell(session, { group, status: "active" }, `${group} works again`)
  })
}

interface ResetOptions extends StoreOptions {
  readonly toPosition?: number | undefined
  readonly toDate?: Date | undefined
  readonly reemit?: true | undefined
  readonly yes?: true | undefined
}

/** Moves a group back. */
export function reset(group: string, { toPosition, toDate, reemit, yes, ...options }: ResetOptions): Promise<void> {
  return inSession(options, async (session) => {
    const to = resetTo(toPosition, toDate)
    await requireSomething(session, to)
    const effects = reemit === true ? "and produces its effects again" : "and drops the effects it produced before"
    await confirm(`${group} handles again everything from ${shown(to)}, ${effects}.`, yes === true)
    const what = { verb: "group reset", group, to: shown(to), reemit: reemit === true }
    await audited(session, what, () => session.app.resetConsumerGroup(group, { to, reemit: reemit === true }))
    tell(session, { group, resetTo: shown(to), reemit: reemit === true }, `${group} is reset to ${shown(to)}`)
  })
}

/** Never hands a message to a group. */
export function skip(
  group: string,
  position: number,
  { yes, ...options }: StoreOptions & { readonly yes?: true | undefined },
): Promise<void> {
  return inSession(options, async (session) => {
    await confirm(`${group} is never handed the message at ${position}.`, yes === true)
    const what = { verb: "group skip", group, position }
    await audited(session, what, () => session.app.skipMessage(group, position))
    tell(session, { group, skipped: position }, `${group} passes over ${position}`)
  })
}

function resetTo(position: number | undefined, date: Date | undefined): ResetTo {
  if (position !== undefined) return { position }
  return date === undefined ? "beginning" : { date }
}

/** A point that nothing lies above is a slip: the group would be told to have been reset, and handle nothing again. */
async function requireSomething({ app }: Session, to: ResetTo): Promise<void> {
  if (to === "beginning") return
  if ("position" in to) {
    const { head } = await app.stats()
    if (to.position < head) return
    throw new CommandFailed(`the log ends at ${head}: nothing lies above position ${to.position}`, EXIT.usage)
  }
  if (to.date.getTime() > Date.now())
    throw new CommandFailed(`${shown(to)} lies in the future: nothing was stored from then on`, EXIT.usage)
}

function shown(to: ResetTo): string {
  if (to === "beginning") return "the beginning"
  return "date" in to ? instant(to.date.getTime()) : `position ${to.position}`
}

function tell({ out }: Session, value: object, text: string): void {
  out.answer(value, () => text)
}
