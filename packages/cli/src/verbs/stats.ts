import { groupRows, GROUP_HEAD } from "../render/group-rows.ts"
import { table } from "../render/table.ts"
import { inSession } from "../session/session.ts"
import type { StoreOptions } from "../session/store-options.ts"

/** Prints the figures of the log and of its groups. */
export function stats(options: StoreOptions): Promise<void> {
  return inSession(options, async ({ app, out }) => {
    const { groups, ...log } = await app.stats()
    out.answer({ ...log, groups }, () => {
      const facts = [
        ["log", log.name],
        ["messages", log.messages],
        ["streams", log.streams],
        ["head", log.head],
        ["scheduled", log.schedules],
        ...(log.trimmedTo > 0 ? [["trimmed to", log.trimmedTo]] : []),
        ...log.trimmed.map(({ category, removed, trimmedTo }) => [
          `${category}: trimmed`,
          `${removed}, up to ${trimmedTo}`,
        ]),
        ...log.unhandled.map(({ type, messages }) => [`${type}: nobody handles it`, messages]),
      ]
      const width = Math.max(...facts.map(([name]) => String(name).length))
      const lines = facts.map(([name, value]) => `${String(name).padEnd(width)}  ${value}`)
      return [...lines, "", table(GROUP_HEAD, groupRows(groups, out), "no consumer groups")].join("\n")
    })
  })
}
