import type { Backend } from "../backend/backend.ts"
import { type CommandMessage, copyState, type Decider, type EmittedEvent, type Instance } from "../decider/index.ts"
import { encodeMessage } from "../message/encode.ts"
import type { MessageId, StreamId, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import { loadState } from "../reactor/load-state.ts"
import type { Baselines } from "../reactor/registration.ts"
import { isDue, type Snapshots } from "../reactor/snapshots.ts"
import { VersionConflict } from "../store/errors.ts"
import { keyed, submit, type Stored, type StoreParts, type WriteOptions } from "../store/store.ts"
import type { KeyedQueue } from "./keyed-queue.ts"
import type { ReadTogether } from "./read-together.ts"

/** How often `execute` decides anew when others write to its stream. */
export const EXECUTE_ROUNDS = 20

export interface Executed {
  readonly instance: Instance
  readonly events: readonly EmittedEvent[]
  readonly stored: Stored
  /** The conversation it is part of: for a repetition, that of the first time. */
  readonly correlationId: MessageId
}

export interface ExecuteParts extends StoreParts {
  readonly reads: ReadTogether
  readonly snapshots: Snapshots
  readonly queue: KeyedQueue
}

/**
 * Decides a command on the newest state and stores it with its events in one append, expecting the version it was decided at. A conflict
 * loads what came between and decides again. Executions of one stream in one process take turns instead of conflicting.
 */
export function executeCommand(
  parts: ExecuteParts,
  decider: Decider,
  command: CommandMessage,
  baselines: Baselines,
  options: WriteOptions,
): Promise<Executed> {
  return parts.queue.run(command.streamId, async () => {
    for (let round = 1; ; round += 1) {
      const instance = await loadInstance(parts, decider, command.streamId, round === 1 ? baselines : undefined)
      const expected = instance.version
      let events: readonly EmittedEvent[]
      try {
        events = decideOrRemember(instance, command, baselines)
      } catch (refusal) {
        const before = await storedBefore(parts, command, options)
        if (before === undefined) throw refusal
        return await asStored(parts, decider, command, before)
      }
      try {
        const stored = await store(parts, command, events, expected, options)
        if (stored.duplicate) return await asStored(parts, decider, command, stored)
        rememberCopy(instance, baselines)
        if (isDue(decider, expected, instance.version))
          parts.snapshots.passed(decider, command.streamId, instance.version)
        return { instance, events, stored, correlationId: command.correlationId }
      } catch (error) {
        if (!(error instanceof VersionConflict) || round >= EXECUTE_ROUNDS) throw error
      }
    }
  })
}

/** No stream is ever there: an append that expects it stores nothing, and answers whether its idempotency key is known. */
const UNREACHABLE: Version = Number.MAX_SAFE_INTEGER

/** What is stored under the idempotency key already: the decision was made then, whatever the state says now. */
async function storedBefore(
  parts: ExecuteParts,
  command: CommandMessage,
  options: WriteOptions,
): Promise<Stored | undefined> {
  if (options.idempotencyKey === undefined) return undefined
  try {
    return await store(parts, command, [], UNREACHABLE, options)
  } catch (error) {
    if (error instanceof VersionConflict) return undefined
    throw error
  }
}

/** The caller gets the state itself and may change it: what is remembered shares nothing with it. */
function rememberCopy({ id, version, state }: Instance, baselines: Baselines): void {
  const copied = copyState(state)
  if (copied !== undefined) baselines.set(baselineKey(id), { version, state: copied.state })
}

/** Decides; a refusal that emitted nothing leaves the state worth remembering. */
function decideOrRemember(instance: Instance, command: CommandMessage, baselines: Baselines): readonly EmittedEvent[] {
  const { version } = instance
  try {
    return instance.decide(command)
  } catch (error) {
    if (instance.version === version && version > 0) {
      baselines.set(baselineKey(command.streamId), { version, state: instance.state })
    }
    throw error
  }
}

/** The state of a stream now, or as of a version, from what the process remembers or a snapshot, and the events since. Throws what an evolve function throws. */
export async function loadInstance(
  { reads, snapshots }: Pick<ExecuteParts, "reads" | "snapshots">,
  decider: Decider,
  streamId: StreamId,
  baselines: Baselines | undefined,
  upto?: Version,
): Promise<Instance> {
  const known = baselines?.get(baselineKey(streamId))
  const { instance, failed } = await loadState(decider, streamId, { ...reads, snapshots }, { known, upto })
  if (failed !== undefined) throw failed.error
  return instance
}

/** Executed states are remembered under their own key: a runtime baseline may be in use at the same time. */
function baselineKey(streamId: StreamId): string {
  return `execute:${streamId}`
}

function store(
  parts: ExecuteParts,
  command: CommandMessage,
  events: readonly EmittedEvent[],
  expected: Version,
  options: WriteOptions,
): Promise<Stored> {
  const { streamId } = command
  const messages = [
    { ...encodeMessage(command), decided: true as const },
    ...events.map((event) => encodeMessage(event)),
  ]
  const content = [{ streamId, expected, messages: messages.slice(0, 1) }]
  return submit(parts, "execute", { streams: [{ streamId, expected, messages }], ...keyed(options, content) })
}

/** What an earlier execution with the same idempotency key (or id) stored, and the state right after it. */
async function asStored(
  parts: ExecuteParts,
  decider: Decider,
  { streamId, correlationId: own }: CommandMessage,
  stored: Stored,
): Promise<Executed> {
  const messages = await logRange(parts.backend, stored)
  const events: EmittedEvent[] = []
  let upto: Version | undefined
  for (const message of messages) {
    if (message.kind !== "event" || message.version === undefined) continue
    upto = message.version
    const decoded = decider.evolves.get(message.type)?.definition.decode(message) ?? message
    events.push({ ...decoded, kind: "event", version: message.version })
  }
  const instance = await loadInstance(parts, decider, streamId, undefined, upto)
  return { instance, events, stored, correlationId: messages[0]?.correlationId ?? own }
}

async function logRange(backend: Backend, { firstPosition, position }: Stored): Promise<readonly StoredMessage[]> {
  if (firstPosition === 0) return []
  const limit = position - firstPosition + 1
  return (await backend.read({ from: "log", after: firstPosition - 1, upto: position, limit })).messages
}
