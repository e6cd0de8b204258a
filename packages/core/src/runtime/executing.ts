import type { CommandMessage, Decider } from "../decider/decider.ts"
import { UnhandledCommand } from "../decider/errors.ts"
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

export function createExecuting(parts: ExecuteParts, engine: Engine, clock: Clock): Executing {
  return {
    async execute(decider, input, options = {}) {
      if ("ok" in input && !input.ok) return { ok: false, errors: input.errors }
      const command: CommandMessage = "ok" in input ? input.message : input
      if (decider === undefined) throw new UnhandledCommand(command.type, "no registered actor")
      const { instance, events, stored, correlationId } = await executeCommand(
        parts,
        decider,
        command,
        engine.baselines(decider.name),
        options,
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
