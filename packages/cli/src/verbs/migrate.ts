import { audited } from "../session/audit.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Creates what the log needs, or lists what that would take. */
export function migrate({ dryRun, ...options }: StoreOptions & { readonly dryRun?: true | undefined }): Promise<void> {
  return inSession(options, async (session) => {
    const { steps, format } = await session.backend.migrate({ dryRun: dryRun === true })
    if (dryRun !== true && steps.length > 0)
      await audited(session, { verb: "migrate", steps: steps.length, format }, () => Promise.resolve())
    session.out.answer({ steps, format, dryRun: dryRun === true }, () => {
      if (steps.length === 0) return `nothing to do: the log is in format ${format}`
      if (dryRun === true) return [...steps, "", "nothing was changed"].join("\n")
      return [...steps.map(firstLine), "", `the log is in format ${format} now`].join("\n")
    })
  })
}

/** A step may be all its statements, which are to be read before they run. */
function firstLine(step: string): string {
  return step.split("\n", 1).join("")
}
