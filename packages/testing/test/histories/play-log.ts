import { type Backend, MAX_RECORDS, READ_LIMIT } from "@millrace/core/backend"

import { emptied } from "../../src/conformance/build/transfer.ts"
import { appOn, type Stage } from "./stage.ts"
import type { Step } from "./step.ts"
import { viewOfRecords } from "./views.ts"

/** Plays what is done to a whole log, or by another process on it. */
export async function playLog(
  stage: Stage,
  step: Extract<Step, { do: "migrate" | "reopen" | "move" | "listen" }>,
): Promise<unknown> {
  const { backend } = stage
  switch (step.do) {
    case "migrate":
      return [(await backend.migrate({ dryRun: true })).steps, (await backend.migrate()).steps]
    case "reopen": {
      const next = await stage.log.reopen()
      await stopListening(stage)
      if (next !== backend) await leave(backend)
      stage.backend = next
      stage.app = await appOn(next, () => stage.now)
      return "reopened"
    }
    case "move":
      return move(stage)
    case "listen":
      if (stage.listening !== undefined) return stopListening(stage)
      stage.listening = await backend.listen(() => {})
      return "listens"
  }
}

export async function stopListening(stage: Stage): Promise<void> {
  await stage.listening?.close()
  stage.listening = undefined
}

/** Whoever uses a backend that was closed is told so. */
async function leave(backend: Backend): Promise<void> {
  await backend.close()
  const told = await backend.read({ from: "log", limit: 1 }).then(
    () => "an answer",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
  )
  if (told !== "closed") throw new Error(`a closed backend said ${String(told)}`)
}

/** Takes the log out, removes it, makes an empty one and puts it back. What was held is nobody's any more. */
async function move(stage: Stage): Promise<readonly unknown[]> {
  const { backend } = stage
  const refused = await backend.operator.uninstall("another name").then(
    () => "removed",
    () => "refused",
  )
  const records = await emptied(backend)
  for (let from = 0; from < records.length; from += MAX_RECORDS)
    await backend.operator.restore(records.slice(from, from + MAX_RECORDS))
  stage.held = []
  stage.settlements = []
  stage.pulses.clear()
  const log = await backend.read({ from: "log", limit: READ_LIMIT })
  return [refused, ...viewOfRecords(records, log)]
}
