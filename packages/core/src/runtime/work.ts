import type { GroupWant, Slice } from "../backend/claim.ts"
import type { Crew } from "./crew.ts"
import { deliver } from "./deliver.ts"
import type { Asked, Dispatcher } from "./dispatcher.ts"
import { nextTurn } from "./next-turn.ts"

/** What looking for work came to. */
export type Look = "worked" | "nothing"

/** One look: asks for a slice of the groups that may have one, and delivers it. `claimed` is called in between. */
export async function lookForWork(
  asked: Asked,
  dispatcher: Dispatcher,
  crew: Crew,
  signal: AbortSignal,
  claimed = (): void => {},
): Promise<Look> {
  const groups = asked.groups.map((group) => wantOf(group, crew)).filter((want) => want !== undefined)
  if (groups.length === 0) return "nothing"
  // A storage in this process answers without it: timers and sockets must get their turn.
  await new Promise<void>((resolve) => nextTurn(crew.clock, resolve))
  const found = await crew.backend.claim({
    owner: crew.owner(),
    groups,
    leaseMs: crew.limits.leaseMs,
    ...(asked.routine ? { routine: true } : {}),
  })
  claimed()
  if (found.kind === "idle") {
    for (const one of found.outdated) warnOutdated(one, crew)
    crew.storageTime(found.now)
    dispatcher.rest(asked, found)
    return "nothing"
  }
  dispatcher.wakeNext()
  if (crew.instrumentation?.heard() === true) crew.instrumentation.claimed(found)
  const registration = crew.registration(found.group)
  if (registration === undefined) {
    await giveBack(found, crew)
    return "nothing"
  }
  const delivered = crew.delivering(deliver(found, registration, crew, signal))
  if (registration.waits === true && crew.besideWorkers.take()) {
    void beside(delivered, found.group, dispatcher, crew)
    return "worked"
  }
  await delivered
  dispatcher.again(found.group)
  return "worked"
}

/** Lets a slice go on without its worker, which looks for more meanwhile. */
async function beside(delivered: Promise<void>, group: string, dispatcher: Dispatcher, crew: Crew): Promise<void> {
  try {
    await delivered
  } catch (error) {
    crew.logger.error({ err: error, group }, "a slice failed: it is handed out again when its lease ends")
  }
  crew.besideWorkers.leave()
  // Whoever asked while it was held was told to rest.
  dispatcher.news({ group })
}

/** Settles a slice with nothing done, so that another worker gets it at once. */
async function giveBack(slice: Slice, crew: Crew): Promise<void> {
  if (slice.source === "partition") {
    await crew.backend.settle({ lease: slice.lease, checkpoint: slice.from, skipped: slice.skipped, parts: [] })
  } else {
    await crew.backend.settle({ lease: slice.lease, parts: [] })
  }
}

function wantOf(group: string, crew: Crew): GroupWant | undefined {
  const registration = crew.registration(group)
  return registration === undefined
    ? undefined
    : {
        group,
        types: registration.types,
        limit: Math.min(crew.sizes.of(group), registration.batchSize ?? Number.POSITIVE_INFINITY),
      }
}

/** Says once per group and type that this process is older than its peers. */
function warnOutdated(outdated: { readonly group: string; readonly type: string }, crew: Crew): void {
  const key = `${outdated.group}\n${outdated.type}`
  if (crew.outdatedTold.has(key)) return
  crew.outdatedTold.add(key)
  crew.logger.warn(
    outdated,
    "a newer process wants a type this one does not know: its messages wait for a process that does",
  )
}
