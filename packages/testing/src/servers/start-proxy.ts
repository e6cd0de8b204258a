import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"
import type { Transform } from "node:stream"

import { gate, type TcpGate, type TcpWay } from "./tcp-gate.ts"

/** A way to a server that can be disturbed as networks are: for tests of what a program does then. */
export interface TcpProxy {
  readonly port: number
  /** How many connections lead through it at this moment. */
  readonly connections: number
  /** How many pieces of data are held back, or on their way, at this moment. */
  readonly held: number
  /** The URL of the server by this way: host and port are replaced. */
  urlOf(url: string): string
  /** Everything goes through at once, also what was held back. As at the start. */
  pass(): void
  /** Every piece of data arrives so much later. Order is kept. */
  delay(ms: number): void
  /** Nothing arrives any more and nobody is told: connections stay open, and new ones are accepted. What is on its way waits for `pass`. */
  blackhole(way?: TcpWay): void
  /** Breaks all connections, as a router that restarts does (RST). What was held back is lost. New ones may be made. */
  cut(): void
  /** Ends one direction of every connection (FIN): `client` hears that no more answers come, `server` that no more requests come. The other direction goes on. */
  halfClose(side: "client" | "server"): void
  /** Breaks all connections and refuses new ones until `accept`. */
  refuse(): Promise<void>
  /** Takes connections again, on the same port. */
  accept(): Promise<void>
  /** Breaks all connections and ends the proxy. */
  close(): Promise<void>
}

const HOST = "127.0.0.1"

/**
 * Opens a way to the server at a port of this machine, or of `host`, on a port of its own on 127.0.0.1. The server need not run yet: a connection that it
 * refuses is broken. Close it at the end of the test.
 */
export async function startProxy(port: number, { host = HOST }: { readonly host?: string } = {}): Promise<TcpProxy> {
  const pairs = new Set<Pair>()
  const way = gate()
  const server = createServer({ allowHalfOpen: true }, (client) => {
    join(client, connect({ port, host, allowHalfOpen: true }), way, pairs)
  })
  const listen = async (at: number): Promise<void> => {
    server.listen(at, HOST)
    await once(server, "listening")
  }
  await listen(0)
  const own = portOf(server.address())
  const cut = (): void => {
    for (const { client, upstream } of pairs) {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
  }
  const refuse = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, "close")
    server.close()
    cut()
    await closed
  }
  return {
    port: own,
    get connections() {
      return pairs.size
    },
    get held() {
      return way.held
    },
    urlOf: (url) => byWayOf(url, own),
    pass: () => way.open(),
    delay: (ms) => way.delay(ms),
    blackhole: (which = "both") => way.shut(which),
    cut,
    halfClose(side) {
      for (const { client, upstream, requests, answers } of pairs) {
        const [hearing, passage] = side === "client" ? [client, answers] : [upstream, requests]
        passage.unpipe(hearing)
        passage.resume()
        hearing.end()
      }
    },
    refuse,
    async accept() {
      if (!server.listening) await listen(own)
    },
    async close() {
      way.open()
      await refuse()
    },
  }
}

interface Pair {
  readonly client: Socket
  readonly upstream: Socket
  readonly requests: Transform
  readonly answers: Transform
}

/** Lets the two speak to each other through the gate, and remembers them for as long as they do. */
function join(client: Socket, upstream: Socket, way: TcpGate, pairs: Set<Pair>): void {
  const pair = { client, upstream, requests: way.passage("requests"), answers: way.passage("answers") }
  pairs.add(pair)
  client.pipe(pair.requests).pipe(upstream)
  upstream.pipe(pair.answers).pipe(client)
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    // Whoever breaks it off breaks it for both; an orderly end goes through the gate by itself.
    socket.on("error", () => other.resetAndDestroy())
    socket.on("close", () => {
      if (client.destroyed && upstream.destroyed) pairs.delete(pair)
    })
  }
}

function portOf(address: ReturnType<ReturnType<typeof createServer>["address"]>): number {
  if (typeof address !== "object" || address === null) throw new Error("the proxy has no port")
  return address.port
}

/** `redis://user:secret@db:6379/0?x=y` by way of port 5000: `redis://user:secret@127.0.0.1:5000/0?x=y`. */
function byWayOf(url: string, port: number): string {
  const [, scheme, user = "", rest = ""] = /^([a-z][a-z\d+]*:\/\/)(.*@)?[^/?]*(.*)$/.exec(url) ?? []
  if (scheme === undefined) throw new TypeError(`not the URL of a server: ${JSON.stringify(url)}`)
  return `${scheme}${user}${HOST}:${port}${rest}`
}
