import { CommandFailed, EXIT } from "../exit-codes.ts"
import { counted } from "../render/counted.ts"
import { table } from "../render/table.ts"
import { instant } from "../render/time.ts"
import { audited } from "../session/audit.ts"
import { confirm } from "../session/confirm.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Prints what is scheduled. */
export function list({ limit, ...options }: StoreOptions & { readonly limit: number }): Promise<void> {
  return inSession(options, async ({ app, out }) => {
    const found = await app.scheduled({ limit })
    out.answer(found, () =>
      table(
        ["due", "type", "stream", "id"],
        found.map(({ at, message }) => [instant(at), message.type, message.streamId, message.id]),
        "nothing is scheduled",
      ),
    )
  })
}

/** Takes schedules back. */
export function cancel(
  ids: readonly string[],
  { yes, ...options }: StoreOptions & { readonly yes?: true | undefined },
): Promise<void> {
  return inSession(options, async (session) => {
    await confirm(
      `${counted(ids.length, "scheduled message is", "scheduled messages are")} never delivered.`,
      yes === true,
    )
    const what = { verb: "scheduled cancel", ids: [...ids] }
    const cancelled = await audited(session, what, () => session.app.cancelScheduled(ids))
    requireAll(ids, cancelled)
    session.out.answer({ cancelled }, () => `${counted(cancelled.length, "schedule")} cancelled`)
  })
}

/** Moves schedules to another date. */
export function reschedule(
  ids: readonly string[],
  { at, ...options }: StoreOptions & { readonly at: Date },
): Promise<void> {
  return inSession(options, async (session) => {
    const what = { verb: "scheduled reschedule", ids: [...ids], at: at.toISOString() }
    const moved = await audited(session, what, () => session.app.reschedule(ids, at))
    requireAll(ids, moved)
    session.out.answer(
      { moved, at: at.toISOString() },
      () => `${counted(moved.length, "message is", "messages are")} due ${instant(at.getTime())} now`,
    )
  })
}

function requireAll(ids: readonly string[], done: readonly string[]): void {
  const missing = ids.filter((id) => !done.includes(id))
  if (missing.length > 0)
    throw new CommandFailed(
      `not scheduled (any more): ${missing.join(", ")}${done.length === 0 ? "" : `; done: ${done.join(", ")}`}`,
      EXIT.notThere,
    )
}
