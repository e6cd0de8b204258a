import type { Backend } from "../backend/backend.ts"
import type { Beat, Owner } from "../backend/process.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Clock } from "./clock.ts"
import { ProcessFenced, ProcessNameInUse } from "./errors.ts"
import type { Limits } from "./limits.ts"

/** How often a newcomer looks whether the holder of its name has answered. */
const CHALLENGE_LOOKS = 10

/** This process among those that share the log: its name, and the beat by which others know that it lives. */
export interface Membership {
  readonly owner: () => Owner
  /** Takes a process name. Throws `ProcessNameInUse` when a live process answers for it. */
  join(processName: string): Promise<void>
  /** Tells at once what this process wants; also the answer to a challenge. */
  beat(): Promise<void>
  leave(): Promise<void>
}

export interface MembershipParts {
  readonly backend: Backend
  readonly clock: Clock
  readonly logger: Logger
  readonly limits: Limits
  readonly facts: Beat["facts"]
  readonly newBootId: () => string
  readonly wants: () => Beat["wants"]
  readonly pause: (ms: number) => Promise<void>
  /** Another process has taken the name. */
  readonly onFenced: (error: ProcessFenced) => void
}

export function createMembership(parts: MembershipParts, firstName: string): Membership {
  const { backend, clock, logger, limits } = parts
  let owner: Owner = { processName: firstName, bootId: parts.newBootId() }
  let joined = false
  let cancel = (): void => {}
  let beating: Promise<void> = Promise.resolve()

  const say = (kind: "join" | "beat" | "leave"): ReturnType<Backend["heartbeat"]> =>
    backend.heartbeat({ kind, owner, facts: parts.facts, wants: parts.wants() })

  const beat = async (): Promise<void> => {
    if (!joined) return
    const said = say("beat")
    beating = Promise.allSettled([beating, said]).then(() => {})
    const pulse = await said
    if (pulse.kind !== "fenced" || !joined) return
    joined = false
    cancel()
    parts.onFenced(new ProcessFenced(owner.processName))
  }
  const again = (): void => {
    cancel = clock.setTimer(limits.heartbeatMs, () => {
      beat()
        .catch((error: unknown) => logger.warn({ err: error }, "a heartbeat failed and is tried again"))
        .finally(() => {
          if (joined) again()
        })
    })
  }
  const leave = async (): Promise<void> => {
    if (!joined) return
    joined = false
    cancel()
    // A beat that arrived after the leave would bring this process back.
    await within(limits.challengeMs, beating, clock)
    await say("leave")
  }

  return {
    owner: () => owner,
    beat,
    leave,
    async join(processName) {
      if (joined && owner.processName === processName) return
      await leave()
      owner = { processName, bootId: parts.newBootId() }
      await takeName(owner, parts, say)
      joined = true
      again()
    },
  }
}

/** Waits for something, but no longer than so long. */
async function within(ms: number, work: Promise<void>, clock: Clock): Promise<void> {
  let cancel = (): void => {}
  const over = new Promise<void>((resolve) => (cancel = clock.setTimer(ms, resolve)))
  await Promise.race([work, over])
  cancel()
}

/** Joins; where the name is held, waits for its holder's answer to the challenge and, if none comes, takes the name over. */
async function takeName(
  owner: Owner,
  { backend, limits, facts, wants, pause }: MembershipParts,
  say: (kind: "join") => ReturnType<Backend["heartbeat"]>,
): Promise<void> {
  const held = await say("join")
  if (held.kind !== "held") return
  for (let look = 0; look < CHALLENGE_LOOKS; look += 1) {
    await pause(limits.challengeMs / CHALLENGE_LOOKS)
    const now = await say("join")
    if (now.kind !== "held") return
    if (now.bootId !== held.bootId || now.beats !== held.beats) throw new ProcessNameInUse(owner.processName, now)
  }
  const taken = await backend.heartbeat({
    kind: "supersede",
    owner,
    facts,
    wants: wants(),
    bootId: held.bootId,
    beats: held.beats,
  })
  if (taken.kind === "held") throw new ProcessNameInUse(owner.processName, taken)
}
