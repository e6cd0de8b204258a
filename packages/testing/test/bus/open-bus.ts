import { type AnyApi, type Bus, type BusOptions, createBus } from "@millrace/bus"
import { type Backend, silentLogger } from "@millrace/core"
import { onTestFinished } from "vitest"

import type { TestLog } from "../open-log.ts"

/** A service's bus on a log, with a backend of its own unless one is given: another process, as far as the log can tell. Closed at the end. */
export async function openBus<const Owned extends readonly AnyApi[] = [], const Used extends readonly AnyApi[] = []>(
  log: TestLog,
  options: Omit<BusOptions<Owned, Used>, "backend"> & { readonly backend?: Backend; readonly unclosed?: boolean },
): Promise<Bus<Owned[number], Used[number]>> {
  const { unclosed = false, ...rest } = options
  const backend = options.backend ?? (await log.connect())
  const bus = await createBus<Owned, Used>({
    logger: silentLogger,
    clock: log.clock,
    processName: "p1",
    ...rest,
    backend,
  })
  if (!unclosed) onTestFinished(() => bus.close())
  return bus
}
