import { UnknownMessageType } from "../../decider/errors.ts"
import { DefinitionError } from "../../message/definition-error.ts"
import type { Defined } from "../../message/definition.ts"
import type { StoredMessage } from "../../message/message.ts"
import type { Action } from "../action.ts"
import type { HandlingObserver } from "../handling-observer.ts"
import { Histories } from "../histories.ts"
import { MessageContext } from "../message-context.ts"
import type { Reactor, ReactorMessage, ReactorResult } from "../reactor.ts"
import type { Access, Batch, Delivery, Outcome } from "../registration.ts"
import { concrete } from "./concrete.ts"

/** The definitions of the types a reactor wants; `undefined` where it named the type alone. */
export type Wanted = ReadonlyMap<string, Defined | undefined>

type Done = Outcome["done"][number]

/** Handles a batch with a low-level reactor. A RETRY ends it there: what is behind is delivered again. */
export async function handleReactor(reactor: Reactor, wanted: Wanted, batch: Batch, access: Access): Promise<Outcome> {
  const histories = new Histories(reactor.history === true, access)
  for (const { message } of batch.messages) await histories.of(message.streamId)
  if (reactor.handleBatch !== undefined) return handleTogether(reactor, wanted, batch.messages, histories, access)
  const done: Done[] = []
  for (const delivery of batch.messages) {
    if (access.aborted) break
    try {
      const history = await histories.of(delivery.message.streamId)
      const context = new MessageContext(history, delivery, access)
      const result = await (access.observer === undefined
        ? handleOne(reactor, wanted, delivery, context)
        : handleObserved(reactor, wanted, delivery, context, access.observer))
      const actions = actionsOf(reactor, delivery, result, history)
      done.push({ delivery, actions })
      if (actions.some((action) => action.kind === "retry")) break
    } catch (error) {
      return { done, failed: { delivery, error } }
    }
  }
  return { done }
}

function handleOne(
  reactor: Reactor,
  wanted: Wanted,
  { message }: Delivery,
  context: MessageContext,
): ReactorResult | Promise<ReactorResult> {
  return reactor.handle?.(decoded(reactor, wanted, message), context)
}

/** Apart from the loop, so that a message that nobody looks at makes no closure. */
function handleObserved(
  reactor: Reactor,
  wanted: Wanted,
  delivery: Delivery,
  context: MessageContext,
  observer: HandlingObserver,
): Promise<ReactorResult> {
  return observer.handle([delivery], async () => handleOne(reactor, wanted, delivery, context))
}

/**
 * One call for all messages of one replaying state. When it throws, nobody knows for which message: the first one is tried
 * alone, and the rest is delivered again.
 */
async function handleTogether(
  reactor: Reactor,
  wanted: Wanted,
  messages: readonly Delivery[],
  histories: Histories,
  access: Access,
): Promise<Outcome> {
  const [first] = messages
  if (first === undefined || access.aborted) return { done: [] }
  const change = messages.findIndex((one) => one.replaying !== first.replaying)
  const run = change < 0 ? messages : messages.slice(0, change)
  const history = await histories.of(first.message.streamId)
  const call = async (): Promise<readonly ReactorResult[]> => {
    const decodedRun = run.map((one) => decoded(reactor, wanted, one.message))
    const results = (await reactor.handleBatch?.(decodedRun, new MessageContext(history, first, access))) ?? []
    if (results.length > run.length) {
      throw new DefinitionError(
        `${reactor.name} gave ${results.length} results for ${run.length} messages: one per message`,
      )
    }
    return results
  }
  try {
    const results = await (access.observer === undefined ? call() : access.observer.handle(run, call))
    const done: Done[] = []
    for (const [index, delivery] of run.entries()) {
      if (index >= results.length) break
      done.push({
        delivery,
        actions: actionsOf(reactor, delivery, results[index], await histories.of(delivery.message.streamId)),
      })
    }
    return { done }
  } catch (error) {
    if (run.length === 1) return { done: [], failed: { delivery: first, error } }
    return handleTogether(reactor, wanted, [first], histories, access)
  }
}

function decoded(reactor: Reactor, wanted: Wanted, message: StoredMessage): ReactorMessage {
  if (!wanted.has(message.type)) throw new UnknownMessageType(message.type, reactor.name)
  return wanted.get(message.type)?.decode(message) ?? message
}

function actionsOf(
  reactor: Reactor,
  { message }: Delivery,
  result: ReactorResult,
  history: readonly StoredMessage[],
): readonly Action[] {
  const seen = {
    who: reactor.name,
    streamId: message.streamId,
    history: reactor.history === true ? history : undefined,
  }
  return concrete(result, seen)
}
