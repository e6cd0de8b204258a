import { type AnyApp, consoleLogger, createApp, DefinitionError, systemClock } from "@millrace/core"

import { type BusOptions, DEFAULT_ACKNOWLEDGEMENT_TIMEOUT_MS, DEFAULT_MAX_SHUTDOWNS } from "./bus-options.ts"
import { type AnyApi, type Bus, type BusFace } from "./bus.ts"
import type { Config } from "./config/config.ts"
import { repeated } from "./every/every.ts"
import { intervalMs } from "./every/interval.ts"
import { StreamLengths } from "./fire/stream-lengths.ts"
import { Hooks } from "./hooks.ts"
import type { ListenOptions, RunHandler } from "./listen/listener.ts"
import { Listeners } from "./listen/listeners.ts"
import { apisOnBus } from "./on-bus.ts"
import { isPassing, processNameOf } from "./process-name.ts"
import { ServiceLife } from "./run/life.ts"
import { type Publisher, publishSchema } from "./schema/publish-schema.ts"
import { withConfig } from "./with-config.ts"

type ScheduleCall = Parameters<AnyApp["scheduleMessages"]>

/**
 * Makes the bus of a service: opens the log, and gives the service's own APIs with `fire` and `listen`, those it uses with `listen`. Listeners begin to
 * work with `run` or `start`. Throws `DefinitionError` for two APIs of one name.
 */
export function createBus<const Owned extends readonly AnyApi[] = [], const Used extends readonly AnyApi[] = []>(
  options: BusOptions<Owned, Used>,
): Promise<Bus<Owned[number], Used[number]>>
export async function createBus(given: BusOptions<readonly AnyApi[], readonly AnyApi[]>): Promise<object> {
  const options = given.config === undefined ? given : withConfig(given, await configOf(given.config))
  const { apis = [], uses = [], service } = options
  requireServiceName(service)
  requireDistinct([...apis, ...uses])
  const pattern = options.processName ?? "{random4}"
  const processName = processNameOf(pattern, service)
  const logger = options.logger ?? consoleLogger
  const app = await openApp(options, processName)
  await published(apis, { service, app, logger })
  if (isPassing(pattern))
    logger.warn(
      { service, processName },
      "this process has another name at each start: what it holds when it dies waits for the acknowledgement timeout. Give each process a fixed name",
    )
  const hooks = new Hooks(logger)
  const listeners = new Listeners(service)
  const lengths = new StreamLengths((category, how) => app.trimCategory(category, how), {
    logger,
    isReady: () => running.hasGroups,
  })
  const running = new ServiceLife({
    app,
    hooks,
    lengths,
    listeners,
    logger,
    maxShutdowns: options.maxShutdowns ?? DEFAULT_MAX_SHUTDOWNS,
    acknowledgementTimeoutMs: options.acknowledgementTimeoutMs ?? DEFAULT_ACKNOWLEDGEMENT_TIMEOUT_MS,
  })
  const clock = options.clock ?? systemClock
  const onBus = apisOnBus(
    { service, owned: apis, used: uses, settings: options.settings ?? {} },
    app,
    { hooks, lengths },
    (listener) => running.listen(listener),
  )
  const face: BusFace = {
    service,
    processName,
    app,
    listen: (what: unknown, handler: RunHandler, how: ListenOptions) => onBus.listen(what, handler, how),
    onStart: (hook) => hooks.add("start", hook),
    onStop: (hook) => hooks.add("stop", hook),
    beforeSent: (hook) => hooks.add("beforeSent", hook),
    afterSent: (hook) => hooks.add("afterSent", hook),
    beforeHandled: (hook) => hooks.add("beforeHandled", hook),
    afterHandled: (hook) => hooks.add("afterHandled", hook),
    background: (run, task) => running.background({ ...task, run }),
    every(interval, task, how) {
      const into = { schedule: (...call: ScheduleCall) => app.scheduleMessages(...call), now: () => clock.now() }
      running.repeat(repeated({ ...how, ms: intervalMs(interval), service }, task, into))
    },
    run: (how) => running.run(how),
    start: (how) => running.start(how),
    stop: (how) => running.stop(how),
    drain: () => running.drain(),
    close: () => running.close(),
    get failed() {
      return running.failed
    },
  }
  return Object.freeze(Object.defineProperties(face, Object.getOwnPropertyDescriptors(onBus.apis)))
}

function openApp(options: BusOptions<readonly AnyApi[], readonly AnyApi[]>, processName: string): Promise<AnyApp> {
  const { backend, logger, instrumentation, whenFull, migrate, clock, groups, reactors = [] } = options
  const leaseMs = options.acknowledgementTimeoutMs ?? DEFAULT_ACKNOWLEDGEMENT_TIMEOUT_MS
  return createApp({
    ...(backend === undefined ? {} : { backend }),
    ...(logger === undefined ? {} : { logger }),
    ...(instrumentation === undefined ? {} : { instrumentation }),
    ...(whenFull === undefined ? {} : { whenFull }),
    ...(migrate === undefined ? {} : { migrate }),
    ...(clock === undefined ? {} : { clock }),
    ...(groups === undefined ? {} : { groups }),
    limits: { leaseMs, ...options.limits },
    reactors,
    processName,
  })
}

/** Publishes the schemas of a service's own APIs. */
async function published(apis: readonly AnyApi[], publisher: Publisher & { readonly app: AnyApp }): Promise<void> {
  try {
    await Promise.all(apis.map((api) => publishSchema(api, publisher)))
  } catch (error) {
    await publisher.app.close()
    throw error
  }
}

/** Loads the parts that read configs only where there is one. */
async function configOf(config: string | object): Promise<Config> {
  const { loadConfig } = await import("./config/load-config.ts")
  return loadConfig(config)
}

function requireServiceName(service: unknown): asserts service is string {
  if (typeof service === "string" && /^[a-z0-9][a-z0-9_.-]*$/i.test(service)) return
  throw new DefinitionError(
    `${JSON.stringify(service)} can not name a service: take letters, digits, "-", "_" and ".", such as "price-monitor"`,
  )
}

function requireDistinct(apis: readonly AnyApi[]): void {
  const seen = new Set<string>()
  for (const { name } of apis) {
    if (seen.has(name))
      throw new DefinitionError(`two APIs are named ${name}: give each once, in \`apis\` or in \`uses\``)
    seen.add(name)
  }
}
