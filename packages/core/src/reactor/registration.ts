import type { KeyedDocument } from "../message/document.ts"
import type { StreamId, Version } from "../message/ids.ts"
import type { StoredMessage } from "../message/message.ts"
import type { GroupOrder } from "../stream/group-order.ts"
import type { StartPoint } from "../stream/start-point.ts"
import type { Action } from "./action.ts"
import type { ErrorStrategy } from "./error-strategy.ts"
import type { HandlerTime } from "./handler-time.ts"
import type { HandlingObserver } from "./handling-observer.ts"
import type { Logger } from "./logger.ts"
import type { Snapshots } from "./snapshots.ts"

/** Every reactor that is more than a bare `Reactor` answers this with what the runtime needs of it. */
export const REGISTRATION: unique symbol = Symbol.for("millrace.registration")

/** What carries a registration: actors, projectors, handlers. */
export interface Registrable {
  readonly [REGISTRATION]: Registration
}

/** A reactor as the runtime sees it, whatever its user wrote: a group, what it wants, and a function from a stream's messages to actions. */
export interface Registration {
  readonly group: string
  readonly types: readonly string[]
  readonly order: GroupOrder
  /** `order: "key"`: the key of a message. */
  readonly keyOf?: (message: StoredMessage) => string
  readonly startFrom: StartPoint
  readonly errorStrategy?: ErrorStrategy
  /** The most messages one claim hands to it. Default: as many as the runtime finds good. */
  readonly batchSize?: number
  /** Whether its work needs the storage's handle inside the settle. */
  readonly needsTx: boolean
  /** The storage whose handle it needs (see `TxToken`): the app refuses to start on another. */
  readonly txStorage?: string
  /** Whether it handles each message by itself, knowing nothing of what it did for those before: it may go on before that is stored. */
  readonly stateless?: boolean
  /** Whether it mostly waits, for others or for what it records ahead: slices of it are worked on side by side, as many as a process has room for. */
  readonly waits?: boolean
  /** Commands it decides: no two registered reactors may decide one command. */
  readonly decides: readonly string[]
  /** Handles the next messages of one stream (or key), in order. Never throws for a message's sake: a failure is in the outcome. */
  handle(batch: Batch, access: Access): Promise<Outcome>
}

/** Consecutive wanted messages of one stream (or key), never empty. */
export interface Batch {
  readonly key: string
  readonly messages: readonly Delivery[]
  /** The process's memory may be stale (a version conflict has just shown it): read again. */
  readonly fresh: boolean
  /** How many workers were handed it before and did not come back, since its stream last got on. */
  readonly takeovers: number
}

/** A message as it is handed to a reactor, and what is known of its earlier tries. */
export interface Delivery {
  readonly message: StoredMessage
  /** Handled before and not re-emitted: produce state, not effects. The runtime drops and counts appends and schedules made here. */
  readonly replaying: boolean
  /** Handled before, re-emitted or not: a command is not decided again. */
  readonly handledBefore: boolean
  readonly attempt: number
  /** Nobody was ever handed it before, as far as that is known. */
  readonly isNew?: boolean
}

/** What a reactor may ask for while it handles: reads of one moment, coalesced across streams by the runtime; no storage in sight. */
export interface Access {
  readonly group: string
  /**
   * The stream's messages in log order: events with versions above `after` and up to `upto`; with `include: "all"` its commands too. Who gives `onPage` may get
   * them there page by page, and only the rest (or none) in the answer.
   */
  history(
    streamId: StreamId,
    range?: { readonly after?: Version; readonly upto?: Version; readonly include?: "events" | "all" },
    onPage?: (page: readonly StoredMessage[]) => void,
  ): Promise<readonly StoredMessage[]>
  document(collection: string, id: string): Promise<KeyedDocument | undefined>
  /** This process is about to store a document, until the answer is called: who waits for it here will be told. */
  readonly expect?: ((collection: string, id: string) => () => void) | undefined
  /** Stores something ahead of the settle; absent where there is no storage. */
  readonly record?: RecordAhead | undefined
  /** The process's memory of actors: never trusted without a version check at the settle. */
  readonly baselines: Baselines
  /** States kept beside long streams; absent where there is no storage to keep them. */
  readonly snapshots?: Snapshots | undefined
  readonly logger: Logger
  readonly time: HandlerTime
  /** Aborted when the worker's drain deadline has passed or its lease is lost: the slice's, or after a hand-over the lane's. Made when it is read. */
  readonly signal: AbortSignal
  /** Whether the signal is aborted; makes none. */
  readonly aborted: boolean
  /** Is told of each call of the reactor's code; absent where nobody looks. */
  readonly observer?: HandlingObserver | undefined
}

/**
 * Stores what a message asks for now, in one write with what others of this process store now, and not with the group's progress. No lease guards it: one of its
 * appends has to name the version it expects (`append-after`), so that whoever comes too late is refused. `name` tells the writes of one message apart: ids follow from it, so
 * that a second worker with the same message finds its write stored. Answers the versions reached, or `undefined` when a stream was elsewhere, or the write is stored
 * already, or can not be. Throws `BackendError`.
 */
export type RecordAhead = (
  delivery: Delivery,
  name: string,
  actions: readonly Action[],
) => Promise<readonly StreamVersion[] | undefined>

/** The version a stream has reached. */
interface StreamVersion {
  readonly streamId: StreamId
  readonly version: Version
}

/** State remembered per actor and stream, bounded, least recently used out first. */
export interface Baselines {
  get(key: string): Baseline | undefined
  set(key: string, baseline: Baseline): void
  delete(key: string): void
}

/** A state as it was after the event `version`. Whoever takes one out owns it: the state may be mutated, so it is removed by `get`. */
export interface Baseline {
  readonly version: Version
  readonly state: unknown
}

/** What became of a batch: the messages done, in order, each with its actions; and, when one failed, that one (the messages behind it were not looked at). */
export interface Outcome {
  readonly done: readonly { readonly delivery: Delivery; readonly actions: readonly Action[] }[]
  readonly failed?: { readonly delivery: Delivery; readonly error: unknown }
  /** Called once the batch's effects are stored (baselines are remembered here). */
  readonly stored?: () => void
}
