import type { Append, Backend } from "@millrace/core/backend"

import { idOf, messageOf, pickOf, STREAMS } from "./cast.ts"
import type { Stage } from "./stage.ts"
import type { AppendStep, Step } from "./step.ts"

type Appending = Extract<Step, { do: "append" | "repeat-append" | "schedule" | "cancel" | "reschedule" | "promote" }>

/** Plays what stores messages, now or later. */
export async function playAppend(stage: Stage, step: Appending, number: number): Promise<unknown> {
  const { backend, now } = stage
  switch (step.do) {
    case "append":
      stage.lastAppends = await Promise.all(step.appends.map((append, at) => appendOf(backend, append, number, at)))
      return backend.append(stage.lastAppends)
    case "repeat-append":
      return backend.append(stage.lastAppends)
    case "schedule": {
      const schedules = Array.from({ length: step.count }, (_, at) => ({
        message: messageOf("command", streamOf(step.stream), "scheduled", number, at),
        at: now + step.inMs + (at % 2),
      }))
      return backend.append([{ streams: [], schedules }])
    }
    case "cancel":
    case "reschedule": {
      const waiting = await backend.operator.schedules({ limit: 50 })
      const ids = [pickOf(waiting, step.pick)?.message.id ?? idOf("nobody"), idOf("nobody")]
      if (step.do === "cancel") return backend.operator.cancelSchedules(ids)
      return backend.operator.reschedule(ids, now + step.inMs)
    }
    case "promote": {
      const promotion = await backend.promote(step.limit)
      return { ...promotion, types: promotion.types.toSorted() }
    }
  }
}

const streamOf = (index: number): string => pickOf(STREAMS, index) ?? "cart-1"

async function appendOf(backend: Backend, step: AppendStep, number: number, at: number): Promise<Append> {
  const named = new Map(step.streams.map((one) => [streamOf(one.stream), one]))
  const streams = await Promise.all(
    [...named].map(async ([streamId, { events, commands, expecting }]) => {
      const page = await backend.read({ from: "streams", streams: [{ streamId }], limit: 1, direction: "backward" })
      const version = page.messages[0]?.version ?? 0
      const expected = expecting === "right" ? version : expecting === "wrong" ? version + 1 : expecting
      const messages = [
        ...Array.from({ length: commands }, (_, n) => messageOf("command", streamId, "c", number, at, n)),
        ...Array.from({ length: events }, (_, n) => messageOf("event", streamId, "e", number, at, n, streamId)),
      ]
      return { streamId, expected, messages }
    }),
  )
  return {
    streams: streams.filter(({ messages }) => messages.length > 0),
    ...(step.key === null ? {} : { idempotencyKey: `key-${step.key}`, fingerprint: `print-${step.print}` }),
    ...(step.put === null ? {} : { documents: [putOf(step.put, number)] }),
  }
}

const putOf = ({ id, revision, gone }: NonNullable<AppendStep["put"]>, number: number) => ({
  collection: "put",
  id: `d${id}`,
  expectedRevision: revision,
  value: gone ? undefined : number,
})
