import { UnknownMessageType } from "../../decider/errors.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { Action, AnyMessage } from "../action.ts"
import { Histories } from "../histories.ts"
import { MessageContext } from "../message-context.ts"
import { observed } from "../observed.ts"
import { actionsOf } from "../produced.ts"
import type { Access, Batch, Delivery, Outcome } from "../registration.ts"
import type { Handling } from "./define-handler.ts"
import type { HandlerResult } from "./handler.ts"

interface HandlerSpec {
  readonly name: string
  readonly handles: ReadonlyMap<string, Handling>
  readonly history: boolean
}

/** Calls a handler for each message of a batch, in order, up to the first that fails. */
export async function handleMessages(spec: HandlerSpec, batch: Batch, access: Access): Promise<Outcome> {
  const histories = new Histories(spec.history, access)
  const done: Outcome["done"][number][] = []
  for (const delivery of batch.messages) {
    if (access.aborted) break
    const { streamId, position } = delivery.message
    const history = (await histories.of(streamId)).filter((one) => one.position <= position)
    try {
      const actions = await observed(access, delivery, () => handleOne(spec, delivery, history, access))
      done.push({ delivery, actions })
    } catch (error) {
      return { done, failed: { delivery, error } }
    }
  }
  return { done }
}

async function handleOne(
  { name, handles }: HandlerSpec,
  delivery: Delivery,
  history: readonly StoredMessage[],
  access: Access,
): Promise<readonly Action[]> {
  const { message } = delivery
  const handling = handles.get(message.type)
  if (handling === undefined) throw new UnknownMessageType(message.type, name)
  const decoded = handling.definition.decode(message)
  const result = await handling.handle(decoded, new MessageContext(history, delivery, access))
  return actionsOf(messagesOf(name, result))
}

function messagesOf(name: string, result: HandlerResult): readonly AnyMessage[] {
  if (result === undefined) return []
  const messages = isList(result) ? result : [result]
  for (const one of messages) {
    if (typeof one === "object" && one !== null && "streamId" in one && "type" in one) continue
    throw new DefinitionError(
      `${name} returned something that is no message: return nothing, a message, or a list of messages`,
    )
  }
  return messages
}

function isList(result: AnyMessage | readonly AnyMessage[]): result is readonly AnyMessage[] {
  return Array.isArray(result)
}
