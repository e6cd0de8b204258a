import type { BusOptions } from "./bus-options.ts"
import type { AnyApi } from "./bus.ts"
import type { Config } from "./config/config.ts"
import { mergedSettings } from "./settings.ts"

type Options = BusOptions<readonly AnyApi[], readonly AnyApi[]>

/** The options of a service over those of its config. */
export function withConfig(options: Options, config: Config): Options {
  const { settings, pollMs, service, processName, backend, maxShutdowns, acknowledgementTimeoutMs } = config
  return {
    ...(service === undefined ? {} : { service }),
    ...(processName === undefined ? {} : { processName }),
    ...(backend === undefined ? {} : { backend }),
    ...(maxShutdowns === undefined ? {} : { maxShutdowns }),
    ...(acknowledgementTimeoutMs === undefined ? {} : { acknowledgementTimeoutMs }),
    ...options,
    limits: { ...(pollMs === undefined ? {} : { pollMs }), ...options.limits },
    settings: mergedSettings(settings, options.settings ?? {}),
  }
}
