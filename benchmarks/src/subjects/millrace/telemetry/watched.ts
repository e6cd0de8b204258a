import { join } from "node:path"

import { context } from "@opentelemetry/api"
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks"
import { MeterProvider } from "@opentelemetry/sdk-metrics"
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace"

import { openTelemetry } from "../../../../../packages/opentelemetry/src/index.ts"
import { openCopy } from "./open-copy.ts"
import { passing } from "./passing.ts"
import type { WatchedApp } from "./watched-app.ts"
import { withoutCallSites } from "./without-call-sites.ts"

/** An app, and who watches it. */
export interface Watched {
  readonly name: string
  /** Opens it in a copy of Millrace of its own, with a log in this folder. */
  open(folder: string): Promise<WatchedApp>
}

/** A Millrace that knows nothing of instrumentation. */
export const withoutSites: Watched = {
  name: "without call sites",
  open: (folder) => openCopy("bare", join(folder, "bare.db"), { edits: withoutCallSites }),
}

/** An app without instrumentation. */
export const unwatched: Watched = {
  name: "millrace",
  open: (folder) => openCopy("unwatched", join(folder, "unwatched.db")),
}

/** The same once more: what differs between the two is what the measuring is wrong by. */
export const unwatchedAgain: Watched = {
  name: "millrace again",
  open: (folder) => openCopy("again", join(folder, "again.db")),
}

/** `openTelemetry()` in a process that registered no SDK. */
export const withoutSdk: Watched = {
  name: "without SDK",
  open: (folder) => openCopy("api", join(folder, "api.db"), { instrumentation: openTelemetry() }),
}

/** One that is told everything and does nothing. */
export const doingNothing: Watched = {
  name: "doing nothing",
  open: (folder) => openCopy("passing", join(folder, "passing.db"), { instrumentation: passing }),
}

/** Every span and every metric is made; the spans are kept for the length of a turn. */
export const withSdk: Watched = {
  name: "with SDK",
  async open(folder) {
    const exporter = new InMemorySpanExporter()
    const tracerProvider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] })
    const instrumentation = openTelemetry({ tracerProvider, meterProvider: new MeterProvider() })
    const app = await openCopy("sdk", join(folder, "sdk.db"), { instrumentation })
    return {
      ...app,
      async turn(messages) {
        context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
        const micros = await app.turn(messages)
        context.disable()
        exporter.reset()
        return micros
      },
    }
  },
}
