import {
  type Access,
  type Action,
  type Delivery,
  handlerTime,
  type Logger,
  type Outcome,
  type Registration,
  silentLogger,
  systemClock,
} from "@millrace/core"

import type { AnyMessage } from "../compare-messages.ts"
import { type CaseLog, createCaseLog } from "./case-log.ts"

/** What a case gives to its reactor. */
export interface CaseInput {
  /** The reactor is a projector: it builds its state from what is given. */
  readonly projects: boolean
  readonly given: readonly AnyMessage[]
  readonly when: readonly AnyMessage[]
  readonly replaying: boolean
  readonly attempt: number
  readonly logger: Logger | undefined
}

/** What its reactor made of it. */
export interface CaseRun {
  /** The low-level actions, message by message, in order. */
  readonly actions: readonly Action[]
  /** The messages those actions append or schedule; none for what is replayed. */
  readonly messages: readonly AnyMessage[]
  /** What was thrown, and which message it failed on. */
  readonly failed: { readonly error: unknown; readonly message: AnyMessage } | undefined
  /** Sync blocks not yet run, each with its idempotency key. */
  readonly works: readonly SyncBlock[]
  readonly afterCommit: readonly (() => void | Promise<void>)[]
}

/** A sync block of a case. */
export interface SyncBlock {
  readonly work: Extract<Action, { kind: "sync" }>["work"]
  readonly idempotencyKey: string
}

/** Hands a case's messages to its reactor, as the runtime would: consecutive messages of one stream (or key) together. */
export async function runCase(registration: Registration, input: CaseInput): Promise<CaseRun> {
  const log = createCaseLog()
  const deliveries = deliveriesOf(registration, input, log)
  const access = accessTo(log, registration, input)
  const done: Outcome["done"][number][] = []
  let failed: CaseRun["failed"]
  for (const { key, messages } of batchesOf(deliveries, registration)) {
    let rest = messages
    while (rest.length > 0 && failed === undefined) {
      const outcome = await registration.handle({ key, messages: rest, fresh: true, takeovers: 0 }, access)
      for (const one of outcome.done) apply(one, log)
      done.push(...outcome.done)
      if (outcome.failed !== undefined)
        failed = { error: outcome.failed.error, message: outcome.failed.delivery.message }
      if (outcome.done.length === 0 || asksForRetry(outcome)) return resultOf(done, failed, registration)
      rest = rest.slice(outcome.done.length)
    }
  }
  return resultOf(done, failed, registration)
}

/**
 * Given messages are history. A projector builds its state from them, as it does when it is replayed; where nothing is `when`, they are
 * what the reactor handles.
 */
function deliveriesOf(registration: Registration, input: CaseInput, log: CaseLog): readonly Delivery[] {
  const { given, when, replaying, attempt } = input
  const history = given.map((message) => log.store(message))
  const now = when.map((message) => log.store(message))
  const wanted = (message: { readonly type: string }): boolean => registration.types.includes(message.type)
  const unknown = now.find((message) => !wanted(message))
  if (unknown !== undefined) {
    throw new TypeError(`${registration.group} handles no ${unknown.type}: it handles ${registration.types.join(", ")}`)
  }
  const handled = now.length > 0 ? now : history.filter(wanted)
  const before = now.length > 0 && input.projects ? history.filter(wanted) : []
  return [
    ...before.map((message) => ({ message, replaying: true, handledBefore: true, attempt: 1 })),
    ...handled.map((message) => ({ message, replaying, handledBefore: replaying, attempt })),
  ]
}

function batchesOf(
  deliveries: readonly Delivery[],
  registration: Registration,
): readonly { readonly key: string; readonly messages: readonly Delivery[] }[] {
  const batches: { key: string; messages: Delivery[] }[] = []
  for (const delivery of deliveries) {
    const key = keyOf(delivery, registration)
    const last = batches.at(-1)
    if (last?.key === key) last.messages.push(delivery)
    else batches.push({ key, messages: [delivery] })
  }
  return batches
}

function keyOf({ message }: Delivery, registration: Registration): string {
  if (registration.order === "log") return "*"
  return registration.keyOf === undefined ? message.streamId : registration.keyOf(message)
}

function accessTo(log: CaseLog, registration: Registration, { logger = silentLogger }: CaseInput): Access {
  return {
    group: registration.group,
    history: async (streamId, range) => log.history(streamId, range),
    document: async (collection, id) => log.document(collection, id),
    baselines: { get: () => undefined, set() {}, delete() {} },
    logger,
    time: handlerTime(systemClock),
    signal: new AbortController().signal,
    aborted: false,
  }
}

/** What the runtime would store: later messages of the case find it. */
function apply({ delivery, actions }: Outcome["done"][number], log: CaseLog): void {
  for (const action of actions) if (action.kind === "put") log.put(action.put)
  for (const message of appendedBy(delivery, actions)) log.store(message)
}

function appendedBy(delivery: Delivery, actions: readonly Action[]): readonly AnyMessage[] {
  if (delivery.replaying) return []
  return actions.flatMap((action) => {
    if (action.kind === "append-next") return action.messages
    if (action.kind === "append-after")
      return action.messages.map((message) => ({ ...message, streamId: action.streamId }))
    return []
  })
}

function producedBy(delivery: Delivery, actions: readonly Action[]): readonly AnyMessage[] {
  if (delivery.replaying) return []
  return actions.flatMap((action) => {
    if (action.kind === "schedule") return action.messages
    return appendedBy(delivery, [action])
  })
}

function asksForRetry(outcome: Outcome): boolean {
  return outcome.done.some(({ actions }) => actions.some((action) => action.kind === "retry"))
}

function resultOf(done: Outcome["done"], failed: CaseRun["failed"], registration: Registration): CaseRun {
  const works = done.flatMap(({ delivery, actions }) =>
    actions.flatMap((action) =>
      action.kind === "sync"
        ? [{ work: action.work, idempotencyKey: `${registration.group}/${delivery.message.id}` }]
        : [],
    ),
  )
  return {
    actions: done.flatMap(({ actions }) => actions),
    messages: done.flatMap(({ delivery, actions }) => producedBy(delivery, actions)),
    failed,
    works,
    afterCommit: done.flatMap(({ actions }) =>
      actions.flatMap((action) => (action.kind === "after-commit" ? [action.run] : [])),
    ),
  }
}
