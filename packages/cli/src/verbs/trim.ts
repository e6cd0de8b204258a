import { counted } from "../render/counted.ts"
import { audited } from "../session/audit.ts"
import { confirm } from "../session/confirm.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

interface TrimOptions extends StoreOptions {
  readonly force?: boolean | undefined
  readonly yes?: true | undefined
}

/** Removes everything up to a position. */
export function log(upto: number, { force = false, yes, ...options }: TrimOptions): Promise<void> {
  return inSession(options, async (session) => {
    await confirm(`Everything up to ${upto} is removed${asFarAs(force)}.`, yes === true)
    const what = { verb: "trim log", upto, force }
    const result = await audited(session, what, () => session.app.trim(upto, { force }))
    session.out.answer(result, () =>
      [
        `${counted(result.removed, "message")} removed: the log begins above ${result.trimmedTo}`,
        ...held(result.heldBackBy),
      ].join("\n"),
    )
  })
}

/** Removes the oldest messages of a category, a part at a time, until it has no more than it keeps. */
export function category(
  name: string,
  { keep, force = false, yes, ...options }: TrimOptions & { readonly keep: number },
): Promise<void> {
  return inSession(options, async (session) => {
    await confirm(
      `The streams of ${name} keep their newest ${counted(keep, "message")}; older ones are removed${asFarAs(force)}.`,
      yes === true,
    )
    const { app, out } = session
    const result = await audited(session, { verb: "trim category", category: name, keep, force }, async () => {
      let removed = 0
      for (;;) {
        const part = await app.trimCategory(name, { keep, force })
        removed += part.removed
        if (part.removed === 0 || !part.more) return { ...part, removed }
      }
    })
    out.answer({ category: name, ...result }, () =>
      [
        `${counted(result.removed, "message")} removed: nothing of ${name} is left up to ${result.trimmedTo}`,
        ...held(result.heldBackBy),
      ].join("\n"),
    )
  })
}

function asFarAs(force: boolean): string {
  return force ? ", also what groups have not settled" : ", as far as every group has settled it"
}

function held(groups: readonly string[]): readonly string[] {
  return groups.length === 0 ? [] : [`held back by ${groups.join(", ")}`]
}
