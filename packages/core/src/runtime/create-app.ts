import { hostname } from "node:os"

import type { Backend } from "../backend/backend.ts"
import type { Decider } from "../decider/decider.ts"
import type { Defined } from "../message/definition.ts"
import { messageSource } from "../message/source.ts"
import { createOperations } from "../operator/operations.ts"
import { type AnyActor, DECIDER } from "../reactor/actor/actor-types.ts"
import { PROJECTION } from "../reactor/projector/projector-types.ts"
import type { Registration } from "../reactor/registration.ts"
import { stopOnError } from "../reactor/strategy/stop-on-error.ts"
import { type AnyReactor, NotAReactor, toRegistration } from "../reactor/to-registration.ts"
import { createAdmission } from "../store/admission.ts"
import { observeAppends } from "../store/observe-appends.ts"
import { createStore } from "../store/store.ts"
import { createWriter } from "../store/writer.ts"
import { actorSnapshots } from "./actor-snapshots.ts"
import type { AppOptions } from "./app-options.ts"
import type { App, Reactors, ReactorsIn, RunOptions } from "./app.ts"
import { systemClock } from "./clock.ts"
import { consoleLogger } from "./console-logger.ts"
import { durableActor } from "./durable-actor.ts"
import { encodeKnown } from "./encode-known.ts"
import { createEngine } from "./engine.ts"
import type { ExecuteInput, ExecuteOptions, ExecuteOutput } from "./execute-types.ts"
import type { ExecuteParts } from "./execute.ts"
import { createExecuting } from "./executing.ts"
import { createKeepAlive } from "./keep-alive.ts"
import { keyedQueue } from "./keyed-queue.ts"
import { DEFAULT_LIMITS } from "./limits.ts"
import { loadActor } from "./loaded.ts"
import { nextTurn } from "./next-turn.ts"
import { openBackend } from "./open-backend.ts"
import { randomProcessName } from "./process-name.ts"
import { projectionOf } from "./projection.ts"
import { readTogether } from "./read-together.ts"
import { createRegistry } from "./registry.ts"
import { requireContract } from "./require-contract.ts"
import { requireTx } from "./require-tx.ts"
import { createSnapshotKeeper } from "./snapshot-keeper.ts"
import { type StopCause, untilStopped } from "./until-stopped.ts"
import { isWorked, requireKnown } from "./worked-groups.ts"
import { createWorkflowRuns } from "./workflow-runs.ts"

/** How many worker loops a process runs unless told otherwise. */
const CONCURRENCY = 4

/** Makes an app: opens and migrates the storage, and registers the reactors. */
export function createApp<const Rs extends Reactors = readonly []>(
  options?: AppOptions & { readonly reactors?: Rs },
): Promise<App<ReactorsIn<Rs>>>
export async function createApp(options: AppOptions & { readonly reactors?: Reactors } = {}): Promise<object> {
  const logger = options.logger ?? consoleLogger
  if (options.backend === undefined)
    logger.warn({}, "no backend was given: messages are kept in memory and end with this process")
  const given = typeof options.backend === "object" ? options.backend : undefined
  const backend = given ?? (await openBackend(typeof options.backend === "string" ? options.backend : "memory:"))
  let app: App | undefined
  try {
    requireContract(backend)
    if (options.migrate !== false) await backend.migrate()
    app = assemble(backend, given === undefined, options)
    await app.register(...reactorsIn(options.reactors ?? []))
    return app
  } catch (error) {
    if (app !== undefined) await app.close()
    else if (given === undefined) await backend.close()
    throw error
  }
}

function assemble(backend: Backend<never>, own: boolean, options: AppOptions): App {
  const clock = options.clock ?? systemClock
  const { instrumentation } = options
  const logger = options.logger ?? consoleLogger
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const chosen = options.groups ?? {}
  const registry = createRegistry()
  const source = messageSource()
  const awake = createKeepAlive(clock)
  const pause = (ms: number): Promise<void> => awake(new Promise<void>((resolve) => void clock.setTimer(ms, resolve)))
  const bounds = { ...limits, whenFull: options.whenFull ?? ("wait" as const) }
  const writer = createWriter(observeAppends(backend, instrumentation), {
    ...bounds,
    pause,
    monotonicNow: () => performance.now(),
    nextTurn: (run) => nextTurn(clock, run),
  })
  const reads = readTogether(backend, clock)
  const keeper = createSnapshotKeeper({ reads, writer, logger })
  const engine = createEngine({
    backend,
    writer,
    clock,
    logger,
    instrumentation,
    limits,
    errorStrategy: options.errorStrategy ?? stopOnError(),
    processName: options.processName ?? randomProcessName(() => source.newId()),
    facts: { host: hostname(), pid: process.pid },
    newBootId: () => source.newId(),
    snapshots: keeper,
  })
  const definitions = new Map<string, Defined>()
  const parts: ExecuteParts = {
    backend,
    writer,
    now: () => clock.now(),
    encode: encodeKnown((type) => definitions.get(type)),
    onStored: (append) => engine.stored(append),
    observer: instrumentation,
    reads,
    snapshots: keeper,
    queue: keyedQueue(limits.executionsAtOnce),
  }
  const executing = createExecuting({ ...parts, admission: createAdmission(bounds) }, engine, clock)
  const deciders = new Map<string, Decider>()
  const know = (decider: Decider): void => {
    for (const [type, { definition }] of decider.decides) {
      deciders.set(type, decider)
      definitions.set(type, definition)
    }
    for (const [type, { definition }] of decider.evolves) definitions.set(type, definition)
  }
  const operations = createOperations(backend.operator, {
    nameOf: (group) => registry.nameOf(group),
    onChange: (change) => engine.changed(change),
  })
  const unwatch = instrumentation?.watch({ stats: () => operations.stats(), storageNow: () => engine.storageNow() })
  let closed: Promise<void> | undefined

  function execute<const I extends ExecuteInput, A extends AnyActor>(
    input: I,
    how?: ExecuteOptions,
  ): Promise<ExecuteOutput<A, I>>
  function execute(input: ExecuteInput, how?: ExecuteOptions): Promise<object> {
    return awake(executing.execute(deciders.get(typeOf(input)), input, how))
  }
  function executeOn<A extends AnyActor, const I extends ExecuteInput>(
    actor: A,
    input: I,
    how?: ExecuteOptions,
  ): Promise<ExecuteOutput<A, I>>
  function executeOn(actor: AnyActor, input: ExecuteInput, how?: ExecuteOptions): Promise<object> {
    return awake(executing.execute(actor[DECIDER], input, how))
  }
  const begin: typeof engine.start = async (how) => {
    requireKnown(
      chosen,
      registry.all().map(({ group }) => group),
    )
    await engine.start(how)
  }
  async function run({ signal, concurrency = CONCURRENCY, ...rest }: RunOptions = {}): Promise<StopCause> {
    await begin({ concurrency, ...rest })
    const cause = await untilStopped(engine.ended(), engine.stopped(), signal)
    await engine.stop()
    if (cause.kind === "ended") throw cause.error
    return cause
  }
  async function close(): Promise<void> {
    await engine.stop()
    await keeper.idle()
    await writer.idle()
    engine.close()
    unwatch?.()
    if (own) await backend.close()
  }

  const store = createStore(parts)
  return {
    ...store,
    ...createWorkflowRuns({ store, backend, reads: parts.reads, clock, watch: engine.documents, awake }),
    ...operations,
    async register(...reactors) {
      const added: Registration[] = []
      try {
        for (const reactor of reactors) added.push(registry.add(reactor))
        for (const registration of added) requireTx(registration, backend.capabilities)
        for (const registration of added) if (isWorked(registration.group, chosen)) await engine.add(registration)
      } catch (error) {
        for (const registration of added) {
          engine.remove(registration)
          registry.remove(registration)
        }
        throw error
      }
      for (const reactor of reactors) if (isActor(reactor)) know(reactor[DECIDER])
    },
    execute,
    executeOn,
    load: (actor, streamId, { upto } = {}) => loadActor(parts.reads, actor, streamId, upto),
    actor: (actor, streamId) => durableActor(parts, actor, streamId),
    snapshots: (actor) => actorSnapshots({ backend, writer, keeper }, actor[DECIDER]),
    projection: (projector) => projectionOf(backend, projector[PROJECTION].collection),
    run: (how) => awake(run(how)),
    start: ({ concurrency = CONCURRENCY, ...rest } = {}) => awake(begin({ concurrency, ...rest })),
    stop: ({ drainMs } = {}) => awake(engine.stop(drainMs)),
    drain: () => awake(engine.drain().then(() => keeper.idle())),
    close: () => (closed ??= awake(close())),
  }
}

function isActor(reactor: AnyReactor): reactor is AnyActor {
  return DECIDER in reactor
}

function typeOf(input: ExecuteInput): string {
  if (!("ok" in input)) return input.type
  return input.ok ? input.message.type : ""
}

/** The reactors of an array, or of a module's exports; what else a module exports is passed over. */
function reactorsIn(reactors: Reactors): readonly AnyReactor[] {
  if (isList(reactors)) return reactors
  return [...new Set(Object.values(reactors).filter(isReactor))]
}

function isList(reactors: Reactors): reactors is readonly AnyReactor[] {
  return Array.isArray(reactors)
}

function isReactor(value: unknown): value is AnyReactor {
  try {
    toRegistration(value)
    return true
  } catch (error) {
    if (error instanceof NotAReactor) return false
    throw error
  }
}
