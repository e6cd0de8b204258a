import type { StreamId, Version } from "../message/ids.ts"
import type { Operations } from "../operator/operations.ts"
import type { AnyActor } from "../reactor/actor/actor-types.ts"
import type { AnyProjector, ProjectionStateOf } from "../reactor/projector/projector-types.ts"
import type { AnyReactor } from "../reactor/to-registration.ts"
import type { Store } from "../store/store.ts"
import type { AnyWorkflow, WorkflowInput, WorkflowOutput } from "../workflow/workflow-types.ts"
import type { ActorSnapshots } from "./actor-snapshots.ts"
import type { DurableActor } from "./durable-actor.ts"
import type {
  CommandTypeOf,
  DeciderOf,
  ExecuteInput,
  ExecuteOptions,
  ExecuteOutput,
  RefuseUndecided,
} from "./execute-types.ts"
import type { Loaded } from "./loaded.ts"
import type { Projection } from "./projection.ts"
import type { StopCause } from "./until-stopped.ts"
import type { StartArguments, WorkflowRun } from "./workflow-runs.ts"

/** What `createApp` takes as reactors: a module's namespace (`import * as reactors`), or an array. Other exports of the module are passed over. */
export type Reactors = readonly AnyReactor[] | Readonly<Record<string, unknown>>

/** The reactors among them, as a union. */
export type ReactorsIn<Rs> = Rs extends readonly (infer R)[] ? R : Extract<Rs[keyof Rs], AnyReactor>

export interface RunOptions {
  /** Worker loops in this process. Default 4. */
  readonly concurrency?: number
  readonly processName?: string
  /** Stops the workers when aborted. */
  readonly signal?: AbortSignal
}

/** Any app, whatever its reactors: what a function takes that works with every app. */
export interface AnyApp extends Store, Operations {
  /** Adds reactors after the start: all of them or, where one can not be added, none. Throws `NotAReactor`, `DuplicateReactor`, `StorageLacksTx`, `GroupOrderDiffers`. */
  register(...reactors: readonly AnyReactor[]): Promise<void>
  /** Decides a command of this actor now, like `execute`; the actor need not be registered. */
  executeOn<A extends AnyActor, const I extends ExecuteInput>(
    actor: A,
    input: I & RefuseUndecided<A, CommandTypeOf<I>>,
    options?: ExecuteOptions,
  ): Promise<ExecuteOutput<A, I>>
  /** An actor's state, version and events now, or as of a version. */
  load<A extends AnyActor>(actor: A, streamId: StreamId, options?: { readonly upto?: Version }): Promise<Loaded<A>>
  /** An actor whose commands are methods that store what they decide. */
  actor<A extends AnyActor>(actor: A, streamId: StreamId): Promise<DurableActor<A>>
  /** Starts a run of a workflow, or answers the one that was started with this id before. Throws `RunIdReused` where that had another input. */
  startWorkflow<W extends AnyWorkflow>(
    workflow: W,
    ...start: StartArguments<WorkflowInput<W>>
  ): Promise<WorkflowRun<WorkflowOutput<W>>>
  /** A run of a workflow by its id. */
  workflow<W extends AnyWorkflow>(workflow: W, id: string): WorkflowRun<WorkflowOutput<W>>
  /** The states of an actor that are kept beside its streams. */
  snapshots<A extends AnyActor>(actor: A): ActorSnapshots
  /** The states that a state-stored projector keeps in Millrace. */
  projection<P extends AnyProjector>(projector: P): Projection<ProjectionStateOf<P>>
  /** Works until SIGINT, SIGTERM or `signal`, then drains. Throws `ProcessNameInUse`, `ProcessFenced`. */
  run(options?: RunOptions): Promise<StopCause>
  /** Begins to work and returns: for a process that does other things too. `concurrency: 0` only takes part. */
  start(options?: Omit<RunOptions, "signal">): Promise<void>
  /** Stops claiming, lets running handlers finish for at most `drainMs`, gives leases back. */
  stop(options?: { readonly drainMs?: number }): Promise<void>
  /** Handles what waits, until nothing does. Retries that lie in the future are left. */
  drain(): Promise<void>
  /** Stops and closes. A backend that was passed in stays open. */
  close(): Promise<void>
}

/** An app: reactors, a log, and workers when it runs. `R` is the union of its reactors. */
export interface App<R = AnyReactor> extends AnyApp {
  /**
   * Decides a command now, on the newest state, and stores it with its events. Throws what the decide function throws (then nothing is stored).
   * Parsed input answers field errors as values.
   */
  execute<const I extends ExecuteInput>(
    input: I & RefuseUndecided<R, CommandTypeOf<I>>,
    options?: ExecuteOptions,
  ): Promise<ExecuteOutput<DeciderOf<R, CommandTypeOf<I>>, I>>
}
