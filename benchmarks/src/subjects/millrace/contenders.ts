import type { GrowingLog } from "../../benches/log-growth.ts"
import type { WorkflowContender } from "../../benches/workflows.ts"
import type { AppendTarget } from "../../harness/append-load.ts"
import type { Contender, Round, Subject } from "../../harness/bench.ts"
import type { CommandTarget } from "../../harness/command-load.ts"
import type { PingTarget } from "../../harness/idle-latency.ts"
import type { OrderTarget } from "../../harness/order-load.ts"
import type { ReadTarget } from "../../harness/read-load.ts"
import type { WorkTarget } from "../../harness/work-load.ts"
import { type BackendName, openBackend } from "./open-backend.ts"

/** Millrace at its defaults on a storage, in every bench that has contenders. */
export function millraceOn(backend: BackendName) {
  const appends: Contender<AppendTarget> = {
    name: "millrace",
    open: async ({ url }) => (await import("./append.ts")).millraceAppends(await openBackend(backend, url)),
  }
  const orders: Contender<OrderTarget> = {
    name: "millrace",
    open: async ({ url }) => (await import("./orders.ts")).millraceOrders(await openBackend(backend, url)),
  }
  const reading: Contender<ReadTarget> = {
    name: "millrace",
    open: async ({ url }) => (await import("./read.ts")).millraceReading(() => openBackend(backend, url)),
  }
  const work: Contender<WorkTarget> = {
    name: "millrace",
    open: async ({ url }) => (await import("./work.ts")).millraceWork(() => openBackend(backend, url)),
  }
  const commands: Contender<CommandTarget> = {
    name: "millrace",
    open: async ({ url }) => (await import("./commands.ts")).millraceCommands(await openBackend(backend, url)),
  }
  const workflows: WorkflowContender = (steps) => ({
    name: "millrace",
    open: async ({ url }) => (await import("./workflows.ts")).millraceWorkflows(await openBackend(backend, url), steps),
  })
  const pings: Contender<PingTarget> = {
    name: "millrace",
    open: async ({ url }) => (await import("./idle-latency.ts")).millracePings(backend, url),
  }
  const idleCost: Subject = {
    name: "millrace",
    measure: async ({ url }) => (await import("./idle-cost.ts")).idleCost(backend, url),
  }
  const growing = async ({ url }: Round): Promise<GrowingLog> =>
    (await import("./growing-log.ts")).growingLog(await openBackend(backend, url))
  return { appends, orders, work, commands, workflows, reading, growing, pings, idleCost }
}
