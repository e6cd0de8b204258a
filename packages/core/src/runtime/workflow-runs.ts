import type { Backend } from "../backend/backend.ts"
import type { AnyEvent, PayloadArguments, PayloadIn } from "../message/definition.ts"
import type { StreamId } from "../message/ids.ts"
import type { Json } from "../message/json.ts"
import type { Message } from "../message/message.ts"
import { messageSource } from "../message/source.ts"
import { AppendRefused, VersionConflict } from "../store/errors.ts"
import type { Store } from "../store/store.ts"
import { RunIdReused, RunNotFound } from "../workflow/errors.ts"
import { type RecordedFailure, failureIn, fieldOf } from "../workflow/failure.ts"
import { cancelMessage, signalMessage, startMessage } from "../workflow/run-messages.ts"
import { endsCollection, runStream } from "../workflow/run-types.ts"
import type { AnyWorkflow, WorkflowInput, WorkflowOutput } from "../workflow/workflow-types.ts"
import type { AnyApp } from "./app.ts"
import type { Clock } from "./clock.ts"
import type { DocumentWatch, WatchedDocument } from "./document-watch.ts"
import type { KeepAlive } from "./keep-alive.ts"
import { nextTurn } from "./next-turn.ts"
import type { ReadTogether } from "./read-together.ts"

/** How long `wait` waits unless told otherwise. */
const WAIT_MS = 30_000
/** How often to look for an end that another process stores: those of this one are told. */
const LOOK_MS = 50
/** While this process has the run in hand, and would know, only every so many times. */
const LOOK_EVERY = 20
/** How many parked lanes are looked at in one read. */
const LANES_PAGE = 1_000

/** How a run ended, or that it has not ended in the time given. A failure is a result like any other. */
export type RunOutcome<Out = unknown> =
  | { readonly status: "completed"; readonly output: Out }
  | { readonly status: "failed"; readonly failure: RecordedFailure; readonly output?: undefined }
  | { readonly status: "cancelled"; readonly reason?: string; readonly output?: undefined }
  | { readonly status: "timed-out"; readonly output?: undefined }

/** How a run stands. `parked`: its code does not fit what it recorded; it is a dead letter of its workflow's group, and goes on when that is retried. */
export type RunStatus<Out = unknown> =
  | Exclude<RunOutcome<Out>, { readonly status: "timed-out" }>
  | { readonly status: "running" }
  | { readonly status: "parked"; readonly error: string }

/** A run of a workflow. */
export interface WorkflowRun<Out = unknown> {
  readonly id: string
  /** The stream that holds its steps. */
  readonly streamId: StreamId
  /** Resolves when the run has ended, with how; or with `timed-out` after `timeoutMs` (default 30,000), which leaves the run as it is. Throws `RunNotFound`. */
  wait(options?: { readonly timeoutMs?: number }): Promise<RunOutcome<Out>>
  /** How the run stands now. Throws `RunNotFound`. */
  status(): Promise<RunStatus<Out>>
  /** Asks the run to end: where its code waits, `WorkflowCancelled` is thrown. A step that is running ends first; one that has not begun, or waits for its next try, is not run any more. Nothing when it has ended. Throws `RunNotFound`. */
  cancel(reason?: string): Promise<void>
  /** Sends the run an event that it waits for, or will wait for. Throws `InvalidPayload`, `RunNotFound`. */
  signal<D extends AnyEvent>(event: D, ...payload: PayloadArguments<PayloadIn<D>>): Promise<void>
}

/** What may be set for the start of a run. */
export interface StartOptions {
  /** Names the run: a second start with the same id and input answers the run there is. Default: a new UUID. */
  readonly id?: string
}

/** What starts a run: its input (none where the workflow takes none), and options. */
export type StartArguments<In> = undefined extends In
  ? [input?: In, options?: StartOptions]
  : [input: In, options?: StartOptions]

interface Parts {
  readonly store: Store
  readonly backend: Backend
  readonly reads: ReadTogether
  readonly clock: Clock
  readonly watch: DocumentWatch
  /** Keeps the process alive while somebody waits. */
  readonly awake: KeepAlive
}

/** Starts runs and watches them. */
export function createWorkflowRuns(parts: Parts): Pick<AnyApp, "startWorkflow" | "workflow"> {
  function startWorkflow<W extends AnyWorkflow>(
    workflow: W,
    ...start: StartArguments<WorkflowInput<W>>
  ): Promise<WorkflowRun<WorkflowOutput<W>>>
  async function startWorkflow(workflow: AnyWorkflow, input?: unknown, options: StartOptions = {}): Promise<object> {
    const { id = messageSource().newId() } = options
    const message = startMessage(workflow, id, input)
    const watched = parts.watch.watch(endsCollection(workflow.name), id)
    let isNew: boolean
    try {
      const { duplicate } = await parts.store.dispatch(message, { idempotencyKey: message.streamId })
      isNew = !duplicate
    } catch (error) {
      if (error instanceof AppendRefused && error.code === "key-reused") throw new RunIdReused(message.streamId)
      throw error
    }
    const begun = { watched, isNew }
    if (isNew) nextTurn(parts.clock, () => (begun.isNew = false))
    return runOf(parts, workflow, id, begun)
  }
  function workflow<W extends AnyWorkflow>(of: W, id: string): WorkflowRun<WorkflowOutput<W>>
  function workflow(of: AnyWorkflow, id: string): object {
    return runOf(parts, of, id)
  }
  return { startWorkflow, workflow }
}

/** What this process knows of a run that it has started, or found that it was. */
interface Started {
  readonly watched: WatchedDocument
  /** It was begun in this turn of the event loop: whoever ends it, it has not ended yet. */
  readonly isNew: boolean
}

function runOf(parts: Parts, workflow: AnyWorkflow, id: string, started?: Started): WorkflowRun {
  const { store } = parts
  const { name } = workflow
  const streamId = runStream(name, id)
  const send = async (message: Message<string, unknown>): Promise<void> => {
    try {
      await store.appendToStream(streamId, [message], { expectedVersion: "stream-exists" })
    } catch (error) {
      throw error instanceof VersionConflict ? new RunNotFound(streamId) : error
    }
  }
  return {
    id,
    streamId,
    wait: ({ timeoutMs = WAIT_MS } = {}) => parts.awake(waitForEnd(parts, { name, id, streamId, started }, timeoutMs)),
    async status() {
      const end = await endOf(parts, name, id)
      if (end !== undefined) return end
      await requireRun(store, streamId)
      const error = await parkedError(parts.backend, name, streamId)
      return error === undefined ? { status: "running" } : { status: "parked", error }
    },
    cancel: async (reason) => send(cancelMessage(workflow, id, reason)),
    signal: async (event, ...payload) => send(signalMessage(workflow, id, event, payload[0])),
  }
}

interface WaitedFor {
  readonly name: string
  readonly id: string
  readonly streamId: StreamId
  readonly started: Started | undefined
}

/** Is told of the end by this process where it stores it, and looks every now and then for what others have stored. */
async function waitForEnd(
  parts: Parts,
  { name, id, streamId, started }: WaitedFor,
  timeoutMs: number,
): Promise<RunOutcome> {
  const { clock, watch, store } = parts
  const deadline = clock.now() + timeoutMs
  const watched = started?.watched ?? watch.watch(endsCollection(name), id)
  let notLooked = started?.isNew === true ? 0 : LOOK_EVERY
  for (let turn = 1; ; turn += 1) {
    if (notLooked >= (watched.expected > 0 ? LOOK_EVERY : 1)) {
      const end = watched.value === undefined ? await endOf(parts, name, id) : undefined
      if (end !== undefined) return end
      notLooked = 0
    }
    notLooked += 1
    if (turn === 1 && started === undefined) await requireRun(store, streamId)
    await watched.within(Math.min(LOOK_MS, Math.max(deadline - clock.now(), 0)), clock)
    // The caller may change what it gets.
    if (watched.value !== undefined) return endIn(structuredClone(watched.value))
    if (deadline <= clock.now()) return (await endOf(parts, name, id)) ?? { status: "timed-out" }
  }
}

async function requireRun(store: Store, streamId: StreamId): Promise<void> {
  const [first] = await store.readStream(streamId, { limit: 1 })
  if (first === undefined) throw new RunNotFound(streamId)
}

type Ended = Exclude<RunOutcome, { readonly status: "timed-out" }>

async function endOf({ reads }: Parts, name: string, id: string): Promise<Ended | undefined> {
  const found = await reads.document(endsCollection(name), id)
  return found === undefined ? undefined : endIn(found.value)
}

function endIn(value: Json): Ended {
  switch (fieldOf(value, "status")) {
    case "completed":
      return { status: "completed", output: fieldOf(value, "output") }
    case "failed":
      return { status: "failed", failure: failureIn(fieldOf(value, "failure")) }
    default: {
      const reason = fieldOf(value, "reason")
      return { status: "cancelled", ...(typeof reason === "string" ? { reason } : {}) }
    }
  }
}

/** Why a run, or a step of it, is parked. */
async function parkedError(backend: Backend, group: string, streamId: StreamId): Promise<string | undefined> {
  for (let after: string | undefined; ;) {
    const page = await backend.operator.lanes({
      group,
      status: "parked",
      limit: LANES_PAGE,
      ...(after === undefined ? {} : { after }),
    })
    const found = page.find(({ key }) => key === streamId || key.startsWith(`${streamId}/`))
    if (found !== undefined) return found.error ?? "parked"
    after = page.at(-1)?.key
    if (page.length < LANES_PAGE || after === undefined) return undefined
  }
}
