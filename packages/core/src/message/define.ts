import { codecOf } from "./codec-of.ts"
import type { Coded } from "./codec.ts"
import { DefinitionError } from "./definition-error.ts"
import type { Definition, Parsed } from "./definition.ts"
import { type Draft, draft, requireStreamId } from "./draft.ts"
import { InvalidPayload } from "./invalid-payload.ts"
import type { Message, MessageKind, StoredMessage } from "./message.ts"
import type { OutputOf, PayloadSchema, RefuseUnstorable } from "./payload-schema.ts"
import { shapeOf, withoutShape } from "./shape.ts"
import { UndecodablePayload } from "./undecodable-payload.ts"
import { decodeShape, type Upgrade } from "./upgrades.ts"

/** The longest type of a message. */
export const MAX_TYPE_LENGTH = 200

/** Makes a definition. `command` and `event` give it its types. `upgrades`: from its earlier shapes, the youngest first. */
export function define(
  kind: MessageKind,
  type: string,
  schema: PayloadSchema | undefined,
  upgrades: readonly Upgrade[] = [],
): Definition<MessageKind, string, unknown, unknown> {
  requireType(kind, type)
  const codec = codecOf(type, schema)
  const shape = upgrades.length

  const draftOf = (streamId: string, { payload, stored }: Extract<Coded, { ok: true }>): Draft =>
    draft({ kind, type, streamId: requireStreamId(type, streamId), payload, stored: { json: stored, shape } })

  const build = (streamId: string, input?: unknown): Draft => {
    const coded = codec.make(input)
    if (!coded.ok) throw new InvalidPayload(type, streamId, coded.errors)
    return draftOf(streamId, coded)
  }
  const parse = (streamId: string, input: unknown): Parsed => {
    const coded = codec.parse(input)
    if (coded.ok) return { ok: true, message: draftOf(streamId, coded) }
    const { errors } = coded
    const message = Object.freeze({ kind, type, streamId: requireStreamId(type, streamId), payload: input, errors })
    return { ok: false, message, errors }
  }
  const decode = (stored: StoredMessage): StoredMessage<string, unknown> => {
    const decoded = decodeShape(codec, upgrades, { payload: stored.payload, shape: shapeOf(stored.metadata) })
    if (!decoded.ok) throw new UndecodablePayload(type, stored.id, decoded.errors)
    const metadata = withoutShape(stored.metadata)
    if (decoded.payload === stored.payload && metadata === stored.metadata) return Object.freeze(stored)
    return Object.freeze({ ...stored, metadata, payload: decoded.payload })
  }
  const is = (message: Pick<Message<string, unknown>, "type" | "kind">): message is Message<string, unknown> =>
    message.type === type && message.kind === kind

  const from = <S extends PayloadSchema>(
    older: S & RefuseUnstorable<S>,
    upgrade: (payload: OutputOf<S>) => unknown,
  ): Definition<MessageKind, string, unknown, unknown> =>
    define(kind, type, schema, [...upgrades, { codec: codecOf(`the earlier shape of ${type}`, older), upgrade }])

  const make = (streamId: string, payload?: unknown): Draft => build(streamId, payload)
  Object.defineProperty(make, "name", { value: type })
  return Object.freeze(Object.assign(make, { kind, type, is, build, parse, decode, from }))
}

function requireType(kind: MessageKind, type: string): void {
  if (typeof type !== "string" || type === "" || type.length > MAX_TYPE_LENGTH || type !== type.trim()) {
    throw new DefinitionError(
      `${kind}(…) needs a type: a string of 1 to ${MAX_TYPE_LENGTH} characters without spaces around it, such as "carts.add_item"`,
    )
  }
}
