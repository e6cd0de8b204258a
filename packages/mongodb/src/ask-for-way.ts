import { type Instant, noSuchGroup } from "@millrace/core/backend"

import type { Database } from "./database.ts"
import { groupOf } from "./group-document.ts"
import type { GroupState } from "./group-state.ts"

/** How long claims stay away at most: a process that asked for it may be gone. */
const WAY_MS = 1_000

/**
 * Claims and settles of a busy group would overtake a change of it for ever. So claims are asked to stay away for a while: what they have handed out is
 * settled, and then nothing is left that could overtake. Answers the group as it is with that, on a new revision, so that whoever read it before finds its
 * own write out of date. Throws `not-found`.
 */
export async function askForWay(database: Database, name: string, now: Instant): Promise<GroupState> {
  const document = await database.write(() =>
    database.groups.findOneAndUpdate(
      { name },
      { $set: { way: now + WAY_MS }, $inc: { rev: 1 } },
      { returnDocument: "after" },
    ),
  )
  if (document === null) throw noSuchGroup(name)
  return groupOf(document)
}
