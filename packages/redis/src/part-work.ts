import type { Word } from "./connection.ts"
import type { Log } from "./log.ts"
import type { Part, Refused } from "./settle.ts"
import { openTx } from "./tx.ts"

/** What a part's work wants written, or why the part can not be stored. */
export interface PartWork {
  readonly commands: readonly (readonly [type: string, ...words: Word[]])[]
  readonly failed?: Refused
}

/** Runs the work of a part. It writes nothing: it collects commands, which the settle's script runs. */
export async function runPartWork({ work }: Part, { settings, connection }: Log): Promise<PartWork> {
  if (work === undefined) return { commands: [] }
  const opened = openTx(settings.prefix, connection)
  try {
    await work(opened.tx)
    return { commands: opened.commands }
  } catch (error) {
    return { commands: [], failed: { kind: "work-failed", error } }
  } finally {
    opened.revoke()
  }
}
