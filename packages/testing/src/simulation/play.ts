import { type Backend, memoryBackend, useMessageSource } from "@millrace/core"

import { testIds } from "../test-ids.ts"
import { type Auditor, createAuditor } from "./audit/auditor.ts"
import { US } from "./boot.ts"
import { createFaults, type Fault } from "./faults.ts"
import type { Plan } from "./plan.ts"
import { randomFor } from "./random.ts"
import type { Scenario } from "./scenario.ts"
import { createTimeline, type Timeline } from "./timeline.ts"
import { twinned } from "./twin.ts"
import { createCrowd, type Crowd } from "./world.ts"

/** What became of a history. */
export interface Outcome {
  /** What was not as it had to be; empty when all was well. */
  readonly violations: readonly string[]
  /** The faults of calls and callbacks that happened. */
  readonly faults: readonly Fault[]
  /** What happened, a line each; empty unless asked for. */
  readonly history: readonly string[]
  /** How many events it took, and how much simulated time. */
  readonly events: number
  readonly simulatedMs: number
}

/** How a simulated history is played. */
export interface PlayOptions {
  /** Makes the storage. Its only clock is the one given, and it may use no timers. Default: memory. */
  readonly backend?: (options: {
    readonly clock: { readonly now: () => number }
    readonly partitions: number
  }) => Backend
  /** Makes a storage that is known to be right and as deterministic: every answer is compared with its. */
  readonly twin?: PlayOptions["backend"]
  readonly history?: boolean
}

/** An instant that no machine's clock shows by accident. */
const EPOCH = Date.UTC(2030, 0, 1)
/** How long faults go on after the last step. */
const AFTERMATH_MS = 3_000
/** How long everything may take to settle once faults have stopped. */
const PATIENCE_MS = 900_000
const LOOK_MS = 500

/** Plays a history to its end, and checks it all the way. The same plan plays the same history, to the byte. */
export async function play<Act>(
  scenario: Scenario<Act>,
  plan: Plan<Act>,
  { backend = memoryBackend, twin, history: wanted = false }: PlayOptions = {},
): Promise<Outcome> {
  const timeline = createTimeline()
  const clock = { now: () => EPOCH + Math.floor(timeline.now / US) }
  const history: string[] = []
  const note = (text: () => string): void => {
    if (wanted) history.push(`${(timeline.now / US).toFixed(3)} ${text()}`)
  }
  const source = useMessageSource(testIds(plan.seed, clock))
  try {
    const faults = createFaults(plan.seed, plan.rates, plan.faults)
    const made = { clock, partitions: plan.settings.partitions }
    const tellTwin: { wrong: (text: string) => void } = { wrong: () => {} }
    const alone = backend(made)
    const storage = twin === undefined ? alone : twinned(alone, twin(made), (text) => tellTwin.wrong(text))
    await storage.migrate()
    const auditor = createAuditor({
      backend: storage,
      now: clock.now,
      keys: scenario.keys ?? {},
      note,
      maxTakeovers: plan.settings.maxTakeovers,
    })
    tellTwin.wrong = auditor.wrong
    const direct = scenario.direct === true
    const watched = direct ? storage : auditor.backend
    const stage = scenario.open({
      random: randomFor(plan.seed, "scenario"),
      now: clock.now,
      wrong: auditor.wrong,
      groups: auditor.groups,
      isStored: auditor.book.isStored,
      storage: watched,
    })
    const crowd = createCrowd({ plan, stage, timeline, epoch: EPOCH, faults, auditor, storage: watched, note })
    const drive = driver(timeline)
    playSteps(plan, crowd, timeline)
    await drive.until((plan.steps.at(-1)?.atMs ?? 0) + AFTERMATH_MS)
    note(() => "peace")
    faults.stop()
    crowd.makePeace()
    if (!direct) await auditor.checkDeadLetters()
    if (!direct && auditor.violations.length === 0) await settle(auditor, drive, timeline)
    if (auditor.violations.length === 0) {
      if (!direct) await auditor.checkEnd()
      await stage.check(await auditor.readLog())
    }
    crowd.killAll()
    const simulatedMs = timeline.now / US
    return { violations: auditor.violations, faults: faults.fired, history, events: drive.events(), simulatedMs }
  } finally {
    if (source !== undefined) useMessageSource(source)
  }
}

function playSteps<Act>(plan: Plan<Act>, crowd: Crowd<Act>, timeline: Timeline): void {
  crowd.startAll()
  for (const step of plan.steps)
    timeline.after(step.atMs * US, () => {
      if (step.kind === "act") crowd.act(step.process, step.act)
      else crowd.mishap(step.mishap)
    })
}

interface Driver {
  /** Lets happen what happens before an instant. */
  until(ms: number): Promise<void>
  events(): number
}

function driver(timeline: Timeline): Driver {
  let events = 0
  return {
    events: () => events,
    async until(ms) {
      let reached = false
      timeline.after(ms * US - timeline.now, () => (reached = true))
      while (!reached && timeline.step()) {
        events += 1
        // Everything that needs no time comes to rest: there are no turns but ours.
        await new Promise<void>((resolve) => void setImmediate(resolve))
      }
    },
  }
}

/** Waits until nothing waits any more. A person does what a person has to do: starts stopped groups, and sends dead letters back. */
async function settle(auditor: Auditor, drive: Driver, timeline: Timeline): Promise<void> {
  const { operator } = auditor.backend
  const deadline = timeline.now / US + PATIENCE_MS
  for (;;) {
    await drive.until(timeline.now / US + LOOK_MS)
    if (auditor.violations.length > 0) return
    const groups = await operator.groups()
    const { schedules } = await operator.stats()
    for (const { group, status, parked } of groups) {
      if (status === "stopped") await operator.startGroup(group)
      if (parked > 0) await operator.retryLanes(group)
    }
    const waiting = groups.filter(({ lag, retrying, parked }) => lag + retrying + parked > 0)
    if (waiting.length === 0 && schedules === 0) return
    if (timeline.now / US < deadline) continue
    const shown = waiting.map(
      ({ group, lag, retrying, parked }) => `${group} (${lag} behind, ${retrying} lanes, ${parked} parked)`,
    )
    auditor.wrong(`${PATIENCE_MS} ms after the last fault still waits: ${shown.join(", ")}, ${schedules} schedules`)
    return
  }
}
