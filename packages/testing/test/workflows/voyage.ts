import { currentStep, durable, event, workflow } from "@millrace/core"

export const Confirmed = event("voyage.confirmed")

/** How long a voyage sleeps, and how long its failing step waits. */
export const PAUSE_MS = 1_000

/** A workflow with everything that a run can wait for. `did` gets the idempotency key of each step that ran to its end. */
export function voyage(did: string[]) {
  const step = durable("step", (name: string) => {
    did.push(currentStep().idempotencyKey)
    return name
  })
  const flaky = durable(
    "flaky",
    () => {
      const { idempotencyKey, attempt } = currentStep()
      if (attempt === 1) throw new Error("not at the first try")
      did.push(idempotencyKey)
      return attempt
    },
    { afterMs: PAUSE_MS },
  )
  const Leg = workflow("leg", async (name: string) => [await step(name), await step(`${name}, back`)])
  const Voyage = workflow("voyage", async (_: null, flow) => {
    const first = await step("first")
    const beside = await flow.all([step("left"), flow.child(Leg, "leg"), step("right")])
    await flow.waitFor(Confirmed)
    const tries = await flaky()
    await flow.sleep(PAUSE_MS)
    return [first, beside, tries, await step("last")]
  })
  return { Leg, Voyage }
}

export const VOYAGE_OUTPUT = ["first", ["left", ["leg", "leg, back"], "right"], 2, "last"]

/** The steps of the voyage `id`, by their idempotency keys. */
export const voyageSteps = (id: string): readonly string[] =>
  [
    `leg-${id}/leg#1/step#1`,
    `leg-${id}/leg#1/step#2`,
    `voyage-${id}/flaky#1`,
    ...[1, 2, 3, 4].map((ordinal) => `voyage-${id}/step#${ordinal}`),
  ].toSorted()
