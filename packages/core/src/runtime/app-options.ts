import type { Backend } from "../backend/backend.ts"
import type { ErrorStrategy } from "../reactor/error-strategy.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Clock } from "./clock.ts"
import type { Instrumentation } from "./instrumentation.ts"
import type { Limits } from "./limits.ts"
import type { GroupChoice } from "./worked-groups.ts"

/** What `createApp` takes besides its reactors. Everything has a default. */
export interface AppOptions {
  /** A URL (`sqlite:app.db`, `postgres://…`), or a backend built on a connection of your own. Without one the app uses memory, and says so. */
  readonly backend?: string | Backend<never>
  readonly logger?: Logger
  /** Is told what the app does: `openTelemetry()` of `@millrace/opentelemetry` makes spans and metrics of it. Default: nobody is. */
  readonly instrumentation?: Instrumentation
  /** The name of this process among those that share the log. Give each a fixed one, so that a restarted process gets its own work back at once. */
  readonly processName?: string
  /** For reactors without one of their own. Default: stop the group at the first error. */
  readonly errorStrategy?: ErrorStrategy
  readonly limits?: Partial<Limits>
  /**
   * What a write meets that comes when `limits.queuedAppends` or `limits.queuedBytes` wait already. `refuse`: it throws `Overloaded`. `wait` (default): it waits
   * behind them, up to `limits.waitingAppends` and `limits.waitingBytes`.
   */
  readonly whenFull?: "wait" | "refuse"
  /** Whether to bring the storage up to date at the start. Default true. */
  readonly migrate?: boolean
  readonly clock?: Clock
  /** Which of the reactors' consumer groups this process works for. Default: all. Commands of the others can still be decided with `execute`. */
  readonly groups?: GroupChoice
}
