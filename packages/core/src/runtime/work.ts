import type { GroupWant, Idle, PartitionSlice, Slice } from "../backend/claim.ts"
import type { Crew } from "./crew.ts"
import { deliver } from "./deliver.ts"
import type { Delivered } from "./delivered.ts"
import type { Asked, Dispatcher } from "./dispatcher.ts"
import { nextTurn } from "./next-turn.ts"

/** What looking for work came to. */
export type Look = "worked" | "nothing"

/** One look: asks for a slice of the groups that may have one, and delivers it, with those it brings along. `claimed` is called in between. */
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
  // What has become news in this turn is asked for too, and then it is no matter of routine any more.
  const moment = dispatcher.moment()
  const now = { ...asked, moment, routine: asked.routine && moment === asked.moment }
  const found = await claim(groups, now, crew)
  claimed()
  if (found.kind === "idle") {
    rest(now, found, dispatcher, crew)
    return "nothing"
  }
  const { also = [], nothingElse } = found.source === "partition" ? found : NOTHING_BESIDES
  dispatcher.served(found.group)
  const slices = [found, ...also]
  if (nothingElse !== undefined) rest(now, nothingElse, dispatcher, crew)
  dispatcher.wakeNext()
  if (crew.instrumentation?.heard() === true) for (const slice of slices) crew.instrumentation.claimed(slice)
  const registration = crew.registration(found.group)
  if (registration === undefined) {
    for (const slice of slices) await giveBack(slice, crew)
    return "nothing"
  }
  const delivered = slices.map((slice) => crew.delivering(deliver(slice, registration, crew, signal)))
  if (registration.waits === true && crew.besideWorkers.take(delivered.length)) {
    for (const one of delivered) void beside(one, found.group, dispatcher, crew)
    return "worked"
  }
  await Promise.all(delivered)
  dispatcher.again(found.group)
  return "worked"
}

/** What slices of lanes bring along. */
const NOTHING_BESIDES: Pick<PartitionSlice, "also" | "nothingElse"> = {}

/** How much a claim counts beside those before it. */
const LAST_CLAIM_WEIGHT = 0.25

async function claim(groups: readonly GroupWant[], { routine }: Asked, crew: Crew): Promise<Slice | Idle> {
  crew.claims.begun += 1
  try {
    const found = await crew.backend.claim({
      owner: crew.owner(),
      groups,
      leaseMs: crew.limits.leaseMs,
      ...(routine ? { routine: true } : {}),
    })
    const { also = [], nothingElse } = found.kind !== "idle" && found.source === "partition" ? found : NOTHING_BESIDES
    if (found.kind !== "idle") crew.claims.company += (Math.sign(also.length) - crew.claims.company) * LAST_CLAIM_WEIGHT
    crew.claims.leftNothing = found.kind === "idle" || nothingElse !== undefined
    return found
  } finally {
    crew.claims.answered += 1
  }
}

/** The storage had nothing, or has nothing else. */
function rest(asked: Asked, idle: Idle, dispatcher: Dispatcher, crew: Crew): void {
  for (const one of idle.outdated) warnOutdated(one, crew)
  crew.storageTime(idle.now)
  dispatcher.rest(asked, idle)
}

/** Lets a slice go on without its worker, which looks for more meanwhile. */
async function beside(delivered: Promise<Delivered>, group: string, dispatcher: Dispatcher, crew: Crew): Promise<void> {
  let quiet = false
  try {
    quiet = (await delivered).quiet
  } catch (error) {
    crew.logger.error({ err: error, group }, "a slice failed: it is handed out again when its lease ends")
  }
  crew.besideWorkers.leave()
  // Whoever asked while it was held was told to rest.
  if (!quiet) dispatcher.news({ group })
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
  if (registration === undefined) return undefined
  const { types, batchSize = Number.POSITIVE_INFINITY } = registration
  const slices = registration.waits === true ? crew.besideWorkers.left() : 1
  return { group, types, limit: Math.min(crew.sizes.of(group), batchSize), ...(slices > 1 ? { slices } : {}) }
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
