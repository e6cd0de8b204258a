import { useMessageSource } from "./message/source.ts"
import { systemSource } from "./runtime/system-source.ts"

useMessageSource(systemSource)

export type * from "./backend/index.ts"
export { BackendError, CONTRACT_VERSION, TRIM_LIMIT } from "./backend/index.ts"
export { categoryOf } from "./stream/category.ts"
export * from "./decider/errors.ts"
export * from "./memory/index.ts"
export * from "./message/index.ts"
export type * from "./operator/operations.ts"
export * from "./reactor/index.ts"
export type * from "./runtime/app.ts"
export type * from "./runtime/app-options.ts"
export { type Clock, systemClock } from "./runtime/clock.ts"
export { createApp } from "./runtime/create-app.ts"
export { type DurableActor, FailedToAppendMessages } from "./runtime/durable-actor.ts"
export { handlerTime } from "./runtime/handler-time.ts"
export { GroupOrderDiffers } from "./runtime/ensure-group.ts"
export * from "./runtime/errors.ts"
export type * from "./runtime/execute-types.ts"
export type * from "./runtime/instrumentation.ts"
export { DEFAULT_LIMITS, type Limits } from "./runtime/limits.ts"
export type { Loaded } from "./runtime/loaded.ts"
export { BackendNotFound, openBackend } from "./runtime/open-backend.ts"
export type { ActorSnapshots, SnapshotInfo } from "./runtime/actor-snapshots.ts"
export type { SnapshotCounts } from "./runtime/snapshot-counts.ts"
export { SnapshotRefused } from "./runtime/snapshot-refused.ts"
export type { Projection } from "./runtime/projection.ts"
export { DuplicateReactor } from "./runtime/registry.ts"
export { ContractDiffers } from "./runtime/require-contract.ts"
export { StorageLacksTx } from "./runtime/require-tx.ts"
export { consoleLogger } from "./runtime/console-logger.ts"
export { systemSource } from "./runtime/system-source.ts"
export type { StopCause } from "./runtime/until-stopped.ts"
export type { GroupChoice } from "./runtime/worked-groups.ts"
export type * from "./runtime/workflow-runs.ts"
export * from "./store/errors.ts"
export type * from "./store/write-observer.ts"
export type {
  AnyMessage,
  ReadLogOptions,
  ReadStreamOptions,
  Store,
  Stored,
  StreamWrite,
  WriteOptions,
} from "./store/store.ts"
export * from "./workflow/index.ts"
