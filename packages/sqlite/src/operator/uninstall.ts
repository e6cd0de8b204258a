import { BackendError } from "@millrace/core/backend"

import { withPrefix } from "../connection.ts"
import type { Memo } from "../memo.ts"
import { TABLES } from "../migrate.ts"
import { DEFAULT_PREFIX, type Settings } from "../options.ts"
import type { Storage } from "../storage.ts"
import type { Target } from "../target.ts"
import type { WriteQueue } from "../write-queue.ts"

/** What `uninstall` wants to hear: the database, and the prefix where it is not the usual one. */
export function logName(target: Target, { tablePrefix }: Settings): string {
  return tablePrefix === DEFAULT_PREFIX ? target.name : `${target.name}/${tablePrefix}`
}

/** Removes the log's tables. The file and whatever else is in it stay. */
export async function uninstall(
  confirm: string,
  {
    name,
    settings,
    storage,
    queue,
    memo,
  }: {
    readonly name: string
    readonly settings: Settings
    readonly storage: Storage
    readonly queue: WriteQueue
    readonly memo: Memo
  },
): Promise<void> {
  if (confirm !== name) {
    throw new BackendError("invalid", `uninstall removes the whole log: confirm with its name, ${JSON.stringify(name)}`)
  }
  await queue.write(({ db }) => {
    for (const table of TABLES) db.db.exec(`DROP TABLE ${withPrefix(table, settings.tablePrefix)}`)
  })
  memo.forget()
  storage.recheck()
}
