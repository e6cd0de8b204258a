import {
  type AnyReactor,
  type App,
  type Backend,
  createApp,
  DEFAULT_LIMITS,
  encodeMessage,
  memoryBackend,
  PROJECTION,
  type Registration,
  registrationOf,
  type StoredMessage,
} from "@millrace/core"

import type { AnyMessage } from "../compare-messages.ts"
import { type TestClock, testClock } from "../test-clock.ts"

/** A log of one's own with the reactors of a case at work on it. */
export interface Stage {
  readonly app: App
  readonly backend: Backend
  readonly clock: TestClock
  /** The whole log, in order. */
  messages(): Promise<readonly StoredMessage[]>
  /** What the reactors produced: everything behind the messages given and those of `when`. */
  newMessages(): Promise<readonly StoredMessage[]>
  /** Moves the clock and lets the reactors handle what has fallen due. */
  advance(ms: number): Promise<void>
}

/** A stage, and what failed on it so far. */
export interface OpenStage {
  readonly stage: Stage
  readonly errors: readonly unknown[]
  close(): Promise<void>
}

const OWNER = { processName: "stage", bootId: "stage" }

/** Opens a private memory backend where `given` is history, dispatches `when`, and lets the reactors run until nothing waits, as in production. */
export async function openStage(
  reactors: readonly AnyReactor[],
  { given, when }: { readonly given: readonly AnyMessage[]; readonly when: readonly AnyMessage[] },
): Promise<OpenStage> {
  const clock = testClock()
  const backend = memoryBackend({ clock })
  await backend.migrate()
  for (const message of given) await append(backend, message)
  for (const reactor of reactors) await beginBehindHistory(backend, registrationOf(reactor), PROJECTION in reactor)

  const errors: unknown[] = []
  const app = await createApp({
    backend,
    reactors,
    clock,
    errorStrategy: (error) => {
      errors.push(error)
      return { kind: "stop" }
    },
  })
  await app.drain()
  for (const message of when) await app.dispatch(message)
  const producedAfter = (await app.stats()).head
  await app.drain()

  const messagesAfter = async (position: number): Promise<readonly StoredMessage[]> => {
    const found: StoredMessage[] = []
    for await (const message of app.readLog({ after: position, limit: Number.MAX_SAFE_INTEGER })) found.push(message)
    return found
  }
  const stage: Stage = {
    app,
    backend,
    clock,
    messages: () => messagesAfter(0),
    newMessages: () => messagesAfter(producedAfter),
    async advance(ms) {
      await clock.advance(ms)
      await app.drain()
    },
  }
  return { stage, errors, close: () => app.close() }
}

async function append(backend: Backend, message: AnyMessage): Promise<void> {
  const encoded = encodeMessage(message)
  const [verdict] = await backend.append([
    { streams: [{ streamId: encoded.streamId, expected: "any", messages: [encoded] }] },
  ])
  if (verdict?.kind !== "appended")
    throw new TypeError(`given message ${message.type} ${message.id} could not be stored: ${verdict?.kind}`)
}

/** Given messages are settled for every group. A projector is replayed over them, so that its state knows them. */
async function beginBehindHistory(
  backend: Backend,
  { group, order, types }: Registration,
  projects: boolean,
): Promise<void> {
  await backend.ensureGroup({
    group,
    order,
    start: { at: "now" },
    types,
    owner: OWNER,
    maxLanes: DEFAULT_LIMITS.maxLanes,
  })
  if (projects) await backend.operator.resetGroup(group, { at: "beginning" })
}
