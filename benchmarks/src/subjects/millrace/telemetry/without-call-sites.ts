import type { Edit } from "./own-copy.ts"

/**
 * Takes every place out of core that looks after instrumentation, so that what is left is a Millrace that never heard of it. An edit that finds its place
 * no more throws, and a test looks for places that no edit knows.
 */
export const withoutCallSites: readonly Edit[] = [
  {
    file: "core/src/store/store.ts",
    from: `observer === undefined || !observer.heard()
      ? storedOr(await writer.submit(append))
      : await submitObserved(writer, observer, { call, append })`,
    to: "storedOr(await writer.submit(append))",
  },
  { file: "core/src/store/store.ts", from: "const { writer, observer } = parts", to: "const { writer } = parts" },
  {
    file: "core/src/runtime/create-app.ts",
    from: "createWriter(observeAppends(backend, instrumentation), {",
    to: "createWriter(backend, {",
  },
  {
    file: "core/src/runtime/engine.ts",
    from: "if (instrumentation === undefined) return (lease) =>",
    to: "return (lease) =>",
  },
  { file: "core/src/runtime/held-access.ts", from: "    this.observer = observer\n", to: "" },
  { file: "core/src/runtime/held-access.ts", from: `  readonly observer: Access["observer"]\n`, to: "" },
  {
    file: "core/src/runtime/settle-surely.ts",
    from: "if (instrumentation === undefined || !instrumentation.heard()) return",
    to: "return",
  },
  { file: "core/src/runtime/settle-surely.ts", from: "  const { instrumentation } = crew\n", to: "" },
  {
    file: "core/src/runtime/work.ts",
    from: "  if (crew.instrumentation?.heard() === true) for (const slice of slices) crew.instrumentation.claimed(slice)\n",
    to: "",
  },
  {
    file: "core/src/reactor/observed.ts",
    from: "return access.observer === undefined ? call() : access.observer.handle([delivery], call)",
    to: "return call()",
  },
  {
    file: "core/src/reactor/low-level/handle-reactor.ts",
    from: `await (access.observer === undefined
        ? handleOne(reactor, wanted, delivery, context)
        : handleObserved(reactor, wanted, delivery, context, access.observer))`,
    to: "await handleOne(reactor, wanted, delivery, context)",
  },
  {
    file: "core/src/reactor/low-level/handle-reactor.ts",
    from: "await (access.observer === undefined ? call() : access.observer.handle(run, call))",
    to: "await call()",
  },
  {
    file: "core/src/workflow/run-on.ts",
    from: "return access.observer?.within(delivery, run) ?? run()",
    to: "return run()",
  },
  {
    file: "core/src/runtime/judge.ts",
    from: "  group.observer?.failed({ delivery, error, decision: decision.kind })\n",
    to: "",
  },
  { file: "core/src/runtime/collect.ts", from: "  const carried = group.observer?.produced(delivery)\n", to: "" },
  {
    file: "core/src/runtime/collect.ts",
    from: "const own = carried === undefined ? draft.metadata : { ...draft.metadata, ...carried }",
    to: "const own = draft.metadata",
  },
  { file: "core/src/runtime/collect.ts", from: "workOf(action.work, delivery, group.observer)", to: "action.work" },
  { file: "core/src/runtime/collect.ts", from: "within(action.run, delivery, group.observer)", to: "action.run" },
  {
    file: "core/src/runtime/prepare.ts",
    from: "    logger: crew.logger,\n    observer: job.access.observer,\n",
    to: "    logger: crew.logger,\n",
  },
  { file: "core/src/runtime/prepare.ts", from: "      observer: job.access.observer,\n", to: "" },
]
