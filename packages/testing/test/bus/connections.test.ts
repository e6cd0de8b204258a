import { equal, ok } from "node:assert/strict"

import { createBus } from "@millrace/bus"
import { type Backend, openBackend, silentLogger } from "@millrace/core"
import { open as openPostgres } from "@millrace/postgres"
import { describe, it } from "vitest"

import { backends } from "../backends.ts"
import { interceptBackend } from "../intercept-backend.ts"
import { openLog, type TestLog } from "../open-log.ts"
import { Auth } from "./apis.ts"
import { countingProxy, type CountingProxy } from "./counting-proxy.ts"
import { openBus } from "./open-bus.ts"

/** How many users are deleted while it is counted: streams enough for every worker loop of a process. */
const USERS = 32

/** The connections that a process may use for its calls, where the storage's driver keeps several: few, so that one listener has use for all. */
const POOL = 4

/** The most connections a process may open: those for its calls, and what tells it of news and of the server's state. Lightbus had two for each listener. */
const FEW = POOL + 4

/** Real servers, on a machine that has other things to do. */
const PATIENCE_MS = 60_000

/** A server as a process sees it that opens no more connections for its calls than it is told to. */
const servers: Readonly<Record<string, (url: string) => Promise<Backend>>> = {
  postgres: async (url) => openPostgres(url, { maxConnections: POOL }),
  redis: (url) => openBackend(url),
  mongodb: (url) => openBackend(`${url}&maxPoolSize=${POOL}`),
}

/** The most connections that a process with so many listeners had open while each of them handled every event. */
async function connectionsOf(
  listeners: number,
  proxy: CountingProxy,
  open: (url: string) => Promise<Backend>,
): Promise<number> {
  const backend = await open(proxy.url)
  const bus = await createBus({
    service: `service-of-${listeners}`,
    apis: [Auth],
    processName: `process-of-${listeners}`,
    logger: silentLogger,
    backend,
  })
  const heard = Array.from({ length: listeners }, () => 0)
  const all = Promise.withResolvers<void>()
  for (const at of heard.keys())
    bus.auth.userDeleted.listen(
      () => {
        heard[at] = (heard[at] ?? 0) + 1
        if (heard.every((count) => count >= USERS)) all.resolve()
      },
      { listenerName: `listener-${at}`, startFrom: "now" },
    )
  await bus.start()
  const users = Array.from({ length: USERS }, (_, number) => `user${number}`)
  await Promise.all(users.map((username) => bus.auth.userDeleted.fire({ username }, { key: username })))
  await all.promise
  await bus.close()
  await backend.close()
  return proxy.most()
}

/** How often a process with so many listeners asks the storage for work when there is none. */
async function idleLooks(listeners: number, log: TestLog): Promise<number> {
  let looks = 0
  const counted = interceptBackend(await log.connect(), ({ method, run }) => {
    if (method === "claim") looks += 1
    return run()
  })
  const bus = await openBus(log, { service: `idle-of-${listeners}`, apis: [Auth], backend: counted })
  for (let at = 0; at < listeners; at += 1)
    bus.auth.userDeleted.listen(() => {}, { listenerName: `listener-${at}`, startFrom: "now" })
  await bus.drain()
  looks = 0
  await bus.drain()
  return looks
}

for (const backend of backends) {
  describe(`on ${backend.name}`, () => {
    it("ten listeners that have nothing to do ask the storage as often as one: once for all [lesson 41]", async () => {
      const log = await openLog(backend)
      const one = await idleLooks(1, log)
      ok(one > 0)
      equal(await idleLooks(10, log), one)
    })
  })

  const open = servers[backend.name]
  if (open === undefined) continue
  describe(`on ${backend.name}`, () => {
    it(
      "ten listeners of a process open no more connections to the server than one [lesson 41]",
      { timeout: PATIENCE_MS },
      async () => {
        const log = await openLog(backend, { real: true })
        const proxy = await countingProxy(log.url ?? "")
        const one = await connectionsOf(1, proxy, open)
        const ten = await connectionsOf(10, proxy, open)
        ok(one > 0 && ten <= one, `one listener: ${one} connections, ten: ${ten}`)
        ok(ten <= FEW, `${ten} connections`)
      },
    )
  })
}
