import type { AppOptions, Reactors } from "@millrace/core"

import type { AnyApi } from "./bus.ts"
import type { ApisOptions } from "./settings.ts"

/** What `createBus` takes. Everything but `service` has a default. */
export interface BusOptions<Owned extends readonly AnyApi[], Used extends readonly AnyApi[]> extends Pick<
  AppOptions,
  "backend" | "logger" | "instrumentation" | "limits" | "whenFull" | "migrate" | "clock" | "groups"
> {
  /** Names the service: the first part of its listeners' consumer groups. Here or in the config. */
  readonly service?: string
  /** A config file (YAML, JSON, or a module), or its content. What is given here beside it wins. */
  readonly config?: string | object
  /** APIs that this service owns: only it may fire their events. It may listen to them as well. */
  readonly apis?: Owned
  /** APIs of other services that this one listens to. */
  readonly uses?: Used
  /** Names this process. Placeholders: `{hostname} {pid} {service_name} {random4}`. Default: `{random4}`. */
  readonly processName?: string
  /** How APIs are treated: `default` for all, each API by its name over it. */
  readonly settings?: ApisOptions
  /** How often one event may shut the service down before it is parked. Default 3. */
  readonly maxShutdowns?: number
  /** How long an event may go unacknowledged before another process gets it. Default 60 s, as in Lightbus; extended by itself while its handler runs. */
  readonly acknowledgementTimeoutMs?: number
  /** Actors, projectors and handlers that work beside the listeners, on the same log. */
  readonly reactors?: Reactors
}

export const DEFAULT_MAX_SHUTDOWNS = 3
export const DEFAULT_ACKNOWLEDGEMENT_TIMEOUT_MS = 60_000
