export type {
  CamelCase,
  CommandMessage,
  Decider,
  DecideFacilities,
  Deciding,
  EmittedEvent,
  EventMessage,
  Evolve,
  Evolving,
  InlineType,
  KeyOf,
  OwnKeyOf,
  SnakeCase,
  SnapshotRules,
} from "../decider/index.ts"
export type * from "./action.ts"
export * from "./actions.ts"
export type * from "./actor/actor.ts"
export type * from "./actor/actor-instance.ts"
export type { ActorOptions } from "./actor/actor-spec.ts"
export type { AsRead, RefuseUnfit, SnapshotOptions } from "./actor/snapshot-options.ts"
export * from "./actor/actor-types.ts"
export { actor } from "./actor/define-actor.ts"
export type * from "./actor/emit.ts"
export type * from "./dispatch.ts"
export type * from "./error-strategy.ts"
export type { HandlerTime } from "./handler-time.ts"
export type * from "./handling-observer.ts"
export { handler } from "./handler/define-handler.ts"
export type * from "./handler/handler.ts"
export * from "./logger.ts"
export { projector } from "./projector/define-projector.ts"
export { keptIn } from "./projector/kept-document.ts"
export { observed } from "./observed.ts"
export type * from "./projector/projector.ts"
export * from "./projector/projector-types.ts"
export type { ReactionContext, ReactionFunction } from "./reaction.ts"
export type * from "./reactor.ts"
export * from "./registration.ts"
export type { Folded, Snapshot, Snapshots } from "./snapshots.ts"
export { type StartFrom, startPointOf } from "./start-from.ts"
export { parkOnError } from "./strategy/park-on-error.ts"
export { MAX_RETRY_AFTER_MS, retryOnError, type RetryOptions } from "./strategy/retry-on-error.ts"
export { stopOnError } from "./strategy/stop-on-error.ts"
export * from "./to-registration.ts"
export { txToken, type TxToken } from "./tx-token.ts"
