import type { Version } from "../message/ids.ts"
import type { Access } from "../reactor/registration.ts"
import type { LiveRun } from "./live-run.ts"

/** Feeds a run what its stream holds up to a version. All of that is settled: what it asks for meanwhile was stored then. */
export async function replayTo(live: LiveRun, version: Version, access: Access): Promise<void> {
  if (live.version >= version) return
  const history = await access.history(live.streamId, { after: live.version, upto: version })
  for (const message of history) await live.feed(message, access.time)
  live.take()
}
