import { setTimeout as pause } from "node:timers/promises"

import { surely } from "../fleet/surely.ts"
import type { Step } from "../plan/draw-plan.ts"
import type { World } from "../world.ts"
import { type Fault, picked } from "./fault.ts"

const GROUPS = ["mirror", "book", "tally", "post", "bell", "remind", "balances", "account"] as const

/** What a group has handled is handed out again while all goes on. State has to be built from its beginning. */
export function resetGroup({ operator, signal }: World, step: Step): Fault | undefined {
  const group = picked(GROUPS, step)
  if (group === undefined) return undefined
  return {
    targets: [`group ${group}`],
    async strike() {
      const { head } = await surely(() => operator.stats(), signal)
      const whole = group === "balances" || step.all
      const to = whole ? "beginning" : { position: Math.floor((head * (step.pick % 100)) / 100) }
      await surely(() => operator.resetConsumerGroup(group, { to }), signal)
    },
  }
}

export function stopGroup({ operator, signal }: World, step: Step): Fault | undefined {
  const group = picked(GROUPS, step)
  if (group === undefined) return undefined
  return {
    targets: [`group ${group}`],
    async strike() {
      await surely(() => operator.stopConsumerGroup(group, "somebody looks at it"), signal)
      await pause(step.forMs, undefined, { signal })
      await surely(() => operator.startConsumerGroup(group), signal)
    },
  }
}

/** They fail again, for nothing is mended yet. */
export function retryLetters({ operator, signal }: World): Fault {
  return {
    targets: ["group post"],
    async strike() {
      await surely(() => operator.retryDeadLetters("post"), signal)
    },
  }
}
