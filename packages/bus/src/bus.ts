import type { AnyApp, AnyEvent, Defined, PayloadIn } from "@millrace/core"

import type { Api } from "./api/api.ts"
import type { EveryOptions } from "./every/every.ts"
import type { FireArguments } from "./fire/fire.ts"
import type { HookTypes } from "./hooks.ts"
import type { ListenerHandler, ListenOptions } from "./listen/listener.ts"
import type { TaskOptions } from "./run/background.ts"

/** Any API. */
export type AnyApi = Api

/** A service's bus: its own APIs, those it uses, and what every bus has. */
export type Bus<Owned extends AnyApi = never, Used extends AnyApi = never> = BusFace & {
  readonly [A in Owned as A["name"]]: ApiOnBus<A, FireableEvents<A>>
} & { readonly [A in Used as A["name"]]: ApiOnBus<A, ListenableEvents<A>> }

/** An API on a bus: its events, and a listener for all of them. */
export type ApiOnBus<A extends AnyApi, Events> = Events & {
  /** Listens to every event of the API, as `bus.listen("auth.*", …)` does. */
  listen(handler: ListenerHandler<EventsOf<A>>, options: ListenOptions): void
}

/** The definitions of an API's events. */
export type EventsOf<A extends AnyApi> = A["events"][keyof A["events"]]

type FireableEvents<A extends AnyApi> = { readonly [Key in keyof A["events"]]: FireableEvent<A["events"][Key]> }
type ListenableEvents<A extends AnyApi> = { readonly [Key in keyof A["events"]]: ListenableEvent<A["events"][Key]> }

/** An event that this service may listen to. */
export interface ListenableEvent<D extends Defined = Defined> {
  readonly type: D["type"]
  /** Never set: carries the definition's types. */
  readonly "~definition"?: D
  /** Listens to the event. Throws `DuplicateListenerName`, `DefinitionError`. The group exists once the service has started. */
  listen(handler: ListenerHandler<D>, options: ListenOptions): void
}

/** An event that this service owns. */
export interface FireableEvent<D extends Defined = Defined> extends ListenableEvent<D> {
  /**
   * Fires the event. Resolves once it is stored, and tells nothing of who listens. In a listener's handler it is stored with the handler's
   * acknowledgement. Throws `InvalidPayload`, which names each wrong, missing or unknown parameter.
   */
  fire(...parameters: FireArguments<PayloadIn<D>>): Promise<void>
}

/** What `bus.listen` takes besides a pattern: events on the bus, or definitions of any events (an actor's, say). */
export type Listenable = ListenableEvent | AnyEvent

/** The definition of something to listen to. */
export type DefinitionOf<L> = L extends { readonly "~definition"?: infer D extends Defined }
  ? D
  : L extends AnyEvent
    ? L
    : never

/** What every bus has. */
export interface BusFace {
  readonly service: string
  readonly processName: string
  /** The app below: the same log, groups, workers and operator calls. */
  readonly app: AnyApp
  /** Listens to several events with one listener. */
  listen<const Ls extends readonly [Listenable, ...Listenable[]]>(
    events: Ls,
    handler: ListenerHandler<DefinitionOf<Ls[number]>>,
    options: ListenOptions,
  ): void
  /** Listens to every event of this bus's APIs that a pattern names: `auth.*`, `auth.user_*`, `*.user_created`. */
  listen(pattern: string, handler: ListenerHandler<AnyEvent>, options: ListenOptions): void
  /** Runs before the service begins to work: the place to listen from. */
  onStart(hook: HookTypes["start"]): void
  onStop(hook: HookTypes["stop"]): void
  beforeSent(hook: HookTypes["beforeSent"]): void
  afterSent(hook: HookTypes["afterSent"]): void
  beforeHandled(hook: HookTypes["beforeHandled"]): void
  afterHandled(hook: HookTypes["afterHandled"]): void
  /** Runs a task while the service works; its signal is aborted when the service stops. A task that fails shuts the service down, unless told otherwise. */
  background(task: (signal: AbortSignal) => Promise<void>, options: TaskOptions): void
  /** Runs a task again and again, once per tick whatever the number of processes, ticks of a time when none ran made up for once. */
  every(interval: string | number, task: (tick: Date) => void | Promise<void>, options: EveryOptions): void
  /** Works until SIGINT, SIGTERM or `signal`, then drains. Throws `ListenerFailed` when a listener's policy shut the service down. */
  run(options?: { readonly concurrency?: number; readonly signal?: AbortSignal }): Promise<void>
  /** Begins to work and returns. */
  start(options?: { readonly concurrency?: number }): Promise<void>
  stop(options?: { readonly drainMs?: number }): Promise<void>
  /** Handles what waits, until nothing does: for tests and scripts. Throws `ListenerFailed` like `run`. */
  drain(): Promise<void>
  close(): Promise<void>
  /** The error that shut the service down. */
  readonly failed: Error | undefined
}
