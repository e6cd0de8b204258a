import { BackendError } from "@millrace/core/backend"
import { Cluster, Redis } from "ioredis"

import { replyWord, toBackendError, unreachable } from "./errors.ts"
import type { Settings } from "./options.ts"

/** A client of the driver: of one server, or of a cluster. */
export type Client = Redis | Cluster

const MIN_RETRY_MS = 20
const MAX_RETRY_MS = 1_000
const DEFAULT_PORT = 6_379
/** When a connection that says nothing is first asked whether the other end is there. */
const KEEP_ALIVE_MS = 10_000

/** Makes a client; it connects when it is first used. `subscriber`: one that waits for its server as long as it takes, and subscribes again by itself. */
export function clientFor(url: string, settings: Settings, subscriber = false): Client {
  // What the platform and the driver would throw shows the whole URL, password and all.
  if (!URL.canParse(url) || !/^rediss?:\/\/[^#]*$/i.test(url)) throw unreadable()
  const shared = {
    lazyConnect: true,
    connectTimeout: settings.connectTimeoutMs,
    keepAlive: KEEP_ALIVE_MS,
    // A command whose answer was lost is never sent again behind our back: whoever sent it knows what repeating it means.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: subscriber ? null : 0,
    reconnectOnError: (error: Error): 1 | false => (error.message.startsWith("READONLY") ? 1 : false),
    // A connection that owes an answer for so long is dead: the driver by itself would send all that follows by the same one.
    ...(subscriber ? {} : { commandTimeout: settings.commandTimeoutMs, socketTimeout: settings.commandTimeoutMs }),
  }
  const retry = (times: number): number => Math.min(MIN_RETRY_MS * 2 ** Math.min(times, 10), MAX_RETRY_MS)
  if (!settings.cluster)
    return readable(() => new Redis(url, { ...shared, enableOfflineQueue: subscriber, retryStrategy: retry }))
  return new Cluster([nodeOf(url)], {
    lazyConnect: true,
    enableOfflineQueue: subscriber,
    clusterRetryStrategy: retry,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    redisOptions: { ...shared, ...readable(() => credentialsOf(url)) },
  })
}

function readable<T>(make: () => T): T {
  try {
    return make()
  } catch {
    throw unreadable()
  }
}

function unreadable(): BackendError {
  return new BackendError(
    "invalid",
    "the URL of Redis can not be read: write redis://user:password@host:6379?prefix=shop (% as %25, # as %23)",
  )
}

function nodeOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: port === "" ? DEFAULT_PORT : Number(port) }
}

function credentialsOf(url: string): { readonly username?: string; readonly password?: string; readonly tls?: object } {
  const { username, password, protocol } = new URL(url)
  return {
    ...(username === "" ? {} : { username: decodeURIComponent(username) }),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === "rediss:" ? { tls: {} } : {}),
  }
}

/** Throws `invalid` for a client that would change the names of keys: the scripts make names themselves. */
export function checkClient(client: Client): void {
  const { options } = client
  const prefix = "redisOptions" in options ? options.redisOptions?.keyPrefix : undefined
  if ((prefix ?? options.keyPrefix ?? "") === "") return
  throw new BackendError("invalid", "a client with a keyPrefix can not hold a log: give the log a prefix in its place")
}

/** Waits until commands can be sent. Throws `unavailable` when that takes too long, and at once what no waiting mends. */
export async function untilReady(
  client: Client,
  timeoutMs: number,
  failure: () => string,
  where: string,
): Promise<void> {
  if (client.status === "wait" || client.status === "end") client.connect().catch(() => {})
  if (client.status === "ready") return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(() => reject(unreachable(where, failure())), timeoutMs)
  const ended = (): void => reject(unreachable(where, failure()))
  const refused = (error: Error): void => {
    // What no repetition mends is said at once.
    if (replyWord(error) !== undefined && replyWord(error) !== "LOADING") reject(toBackendError(error, where, "read"))
  }
  client.once("ready", resolve)
  client.once("end", ended)
  client.on("error", refused)
  try {
    await promise
  } finally {
    clearTimeout(timer)
    client.off("ready", resolve)
    client.off("end", ended)
    client.off("error", refused)
  }
}
