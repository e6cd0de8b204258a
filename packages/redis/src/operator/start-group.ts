import { startLoadedGroup } from "@millrace/core/backend"

import { change } from "../change.ts"
import type { Log } from "../log.ts"

/** Makes a stopped group active again; what retries is due at once. */
export async function startGroup(log: Log, name: string): Promise<void> {
  await change(log, { names: [name] }, (work) => {
    const group = work.group(name)
    if (group.stopped === null) return
    startLoadedGroup(group, work.now)
    work.news.work = true
  })
}
