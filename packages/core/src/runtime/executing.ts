import type { CommandMessage, Decider } from "../decider/decider.ts"
import { UnhandledCommand } from "../decider/errors.ts"
import type { Admission } from "../store/admission.ts"
import { messageBytes } from "../store/held-bytes.ts"
import type { Clock } from "./clock.ts"
import type { Engine } from "./engine.ts"
import type { ExecuteInput, ExecuteOptions } from "./execute-types.ts"
import { executeCommand, type ExecuteParts } from "./execute.ts"
import { waitSettled } from "./wait-settled.ts"

/** How long `settle` waits unless told otherwise. */
const SETTLE_TIMEOUT_MS = 30_000

/** Executes commands by whichever decider knows them. */
export interface Executing {
  execute(decider: Decider | undefined, input: ExecuteInput, options?: ExecuteOptions): Promise<object>
}

/** `admission`: how many may be under way or wait. */
export function createExecuting(
  parts: ExecuteParts & { readonly admission: Admission },
  engine: Engine,
  clock: Clock,
): Executing {
  /** Throws `Overloaded` before anything is loaded. */
  const admitted = async <T>(command: CommandMessage, work: () => Promise<T>): Promise<T> => {
    const bytes = messageBytes(command)
    parts.admission.enter(bytes)
    try {
      return await work()
    } finally {
      parts.admission.leave(bytes)
    }
  }
  return {
    async execute(decider, input, options = {}) {
      if ("ok" in input && !input.ok) return { ok: false, errors: input.errors }
      const command: CommandMessage = "ok" in input ? input.message : input
      if (decider === undefined) throw new UnhandledCommand(command.type, "no registered actor")
      const { instance, events, stored, correlationId } = await admitted(command, () =>
        executeCommand(parts, decider, command, engine.baselines(decider.name), options),
      )
      if (options.settle === true) {
        const timeoutMs = options.timeoutMs ?? SETTLE_TIMEOUT_MS
        const conversation = { correlationId, from: stored.firstPosition }
        await waitSettled(parts.backend, conversation, { timeoutMs, clock, settles: engine.settles })
      }
      const { state, version } = instance
      const done = { state, version, events, duplicate: stored.duplicate }
      return "ok" in input ? { ok: true, ...done } : done
    },
  }
}
