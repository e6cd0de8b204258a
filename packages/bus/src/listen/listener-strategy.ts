import { type ErrorDecision, type ErrorStrategy, retryOnError } from "@millrace/core"

import { ListenerFailed } from "../errors.ts"
import type { OnErrorChoice } from "./on-error.ts"
import type { Heard } from "./run-listener.ts"

/** What the policies of a service need to act. */
export interface Policies {
  /** How often one event may shut the service down before it is parked. */
  readonly maxShutdowns: number
  /** How long an event that shut the service down waits before it is tried again. */
  readonly acknowledgementTimeoutMs: number
  /** Ends the service with this error, when what is under way is settled. */
  readonly shutDown: (error: ListenerFailed) => void
}

/** Turns the policy of whichever listener failed into what the runtime does. */
export function listenerStrategy(byType: ReadonlyMap<string, Heard>, policies: Policies): ErrorStrategy {
  return (error, message, group) => {
    const found = byType.get(message.type)
    const choice: OnErrorChoice = found?.listener.onError ?? found?.heard.settings.onError ?? { kind: "shutdown" }
    switch (choice.kind) {
      case "acknowledge-and-log":
        return { kind: "skip" }
      case "park":
        return { kind: "park" }
      case "retry":
        return retryOnError({ giveUp: "park", ...choice.options })(error, message, group)
      case "shutdown":
        policies.shutDown(new ListenerFailed(`listener ${group.name} on ${message.type} (event ${message.id})`, error))
        return pendingOrParked(group, policies)
    }
  }
}

function pendingOrParked(
  { attempt, now }: { readonly attempt: number; readonly now: number },
  { maxShutdowns, acknowledgementTimeoutMs }: Policies,
): ErrorDecision {
  if (attempt >= maxShutdowns) return { kind: "park" }
  return { kind: "retry", at: now + acknowledgementTimeoutMs }
}
