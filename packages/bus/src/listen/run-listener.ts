import type { Access, Action, AnyMessage, Batch, Delivery, Outcome, StoredMessage } from "@millrace/core"
import { dueAt, observed } from "@millrace/core"

import { InvalidEvent } from "../errors.ts"
import { Handling, inHandling } from "../fire/handling.ts"
import type { Hooks } from "../hooks.ts"
import type { ListenedEvent, Listener } from "./listener.ts"

/** A listener, and which of its events a type is. */
export interface Heard {
  readonly listener: Listener
  readonly heard: ListenedEvent
}

/** Calls the listeners for a batch of events, in order, up to the first that fails. What they fired becomes part of what is settled. */
export async function runListener(
  byType: ReadonlyMap<string, Heard>,
  hooks: Hooks,
  batch: Batch,
  access: Access,
): Promise<Outcome> {
  const done: Outcome["done"][number][] = []
  const sent: AnyMessage[] = []
  const stored = (): void => void tellSent(hooks, sent)
  for (const delivery of batch.messages) {
    if (access.signal.aborted) break
    try {
      const fired = await observed(access, delivery, () => runOne(byType, hooks, delivery, access))
      if (!delivery.replaying) sent.push(...fired)
      done.push({ delivery, actions: actionsOf(fired) })
    } catch (error) {
      return { done, failed: { delivery, error }, stored }
    }
  }
  return { done, stored }
}

async function tellSent(hooks: Hooks, sent: readonly AnyMessage[]): Promise<void> {
  for (const message of sent) await hooks.afterSent(message)
}

async function runOne(
  byType: ReadonlyMap<string, Heard>,
  hooks: Hooks,
  { message, attempt, replaying }: Delivery,
  { logger, signal }: Access,
): Promise<readonly AnyMessage[]> {
  const found = byType.get(message.type)
  if (found === undefined) throw new Error(`no listener for ${message.type}: the group was asked for other types`)
  const { listener, heard } = found
  const { group, listenerName } = listener
  const read = readEvent(heard, message)
  const run = new Handling(group)
  const context = { listenerName, group, attempt, replaying, valid: read.valid, errors: read.errors, logger, signal }
  await inHandling(run, async () => {
    await hooks.beforeHandled(read.message, listener)
    await listener.handler(read.message.payload, read.message, context)
    await hooks.afterHandled(read.message, listener)
  })
  return run.end()
}

/** The event as its handler gets it. Throws `InvalidEvent` where incoming events are validated. */
function readEvent(
  { event, settings }: ListenedEvent,
  stored: StoredMessage,
): Pick<ListenerEvent, "message" | "valid" | "errors"> {
  const read = event.read(stored, { strict: settings.strict })
  if (read.valid) return { message: read.message, valid: true, errors: [] }
  if (settings.validate.incoming) throw new InvalidEvent(stored.type, stored.id, read.errors)
  return { message: stored, valid: false, errors: read.errors }
}

interface ListenerEvent {
  readonly message: StoredMessage<string, unknown>
  readonly valid: boolean
  readonly errors: readonly { readonly path: string; readonly message: string }[]
}

function actionsOf(fired: readonly AnyMessage[]): readonly Action[] {
  return fired.map((message): Action => {
    const at = dueAt(message)
    return at === undefined
      ? { kind: "append-next", messages: [message] }
      : { kind: "schedule", messages: [message], at }
  })
}
