import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

import type { LoggedMessage } from "./evidence.ts"
import type { FindingList } from "./findings.ts"

const Departure = Schema.Struct({
  flight: Schema.Int,
  date: Schema.String,
  delay: Schema.Int,
  distance: Schema.Int,
  destination: Schema.String,
})
const Numbered = Schema.Struct({ flight: Schema.Int, origin: Schema.optional(Schema.String) })

export type Departure = typeof Departure.Type
export type Numbered = typeof Numbered.Type

const departure = Schema.decodeUnknownOption(Departure)
const numbered = Schema.decodeUnknownOption(Numbered)

/** The messages whose payload is a departure. The others are findings. */
export function readDepartures(messages: readonly LoggedMessage[], findings: FindingList): readonly Read<Departure>[] {
  return messages.flatMap((message) => read(message, departure, findings))
}

/** The messages whose payload names a flight, and perhaps its origin. The others are findings. */
export function readNumbered(messages: readonly LoggedMessage[], findings: FindingList): readonly Read<Numbered>[] {
  return messages.flatMap((message) => read(message, numbered, findings))
}

/** A message with its payload as the data it is. */
export interface Read<Payload> {
  readonly message: LoggedMessage
  readonly payload: Payload
}

function read<Payload>(
  message: LoggedMessage,
  decode: (payload: unknown) => Option.Option<Payload>,
  findings: FindingList,
): readonly Read<Payload>[] {
  const payload = decode(message.payload)
  if (Option.isSome(payload)) return [{ message, payload: payload.value }]
  findings.differs.push(`${message.type} at position ${message.position}: its payload can not be read`)
  return []
}
