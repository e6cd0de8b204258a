import { once } from "node:events"
import { connect, createServer, type Socket } from "node:net"

const HOST = "127.0.0.1"

/** A way to a server by which connections can go dead. */
export interface WayThatStops {
  /** The URL of the server, by this way. */
  readonly url: string
  /** From now on nobody reads what comes by the connections that there are, and nobody is told: as when a machine is gone. New ones are as they should be. */
  stop(): void
  close(): Promise<void>
}

/** Opens such a way to the server at a URL with a port on this machine. */
export async function wayThatStops(url: string): Promise<WayThatStops> {
  const to = Number(/:(\d+)(?:[/?]|$)/.exec(url)?.[1])
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect({ port: to, host: HOST })
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.pipe(other)
      socket.on("error", () => {})
      socket.on("close", () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  server.listen(0, HOST)
  await once(server, "listening")
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return {
    url: url.replace(new RegExp(`[^@/]*:${to}`), `${HOST}:${port}`),
    stop() {
      for (const socket of sockets) {
        socket.unpipe()
        socket.pause()
      }
    },
    async close() {
      const closed = once(server, "close")
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
