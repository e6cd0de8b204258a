import { BackendError } from "@millrace/core/backend"

import type { Log } from "../log.ts"

/** Removes all collections of the log; the log's own document goes first, so that nobody takes a half removed log for one. */
export async function uninstall({ database }: Log, confirm: string): Promise<void> {
  if (confirm !== database.name)
    throw new BackendError("invalid", `uninstall removes the whole log: confirm with its name, "${database.name}"`)
  const { logs, commits, groups, documents, schedules, processes, streams, types } = database
  for (const collection of [logs, commits, groups, documents, schedules, processes, streams, types])
    await database.write(() => collection.drop())
}
