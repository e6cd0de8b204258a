import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

import { onTestFinished } from "vitest"

/** A way to a server on which every connection is counted, as the server sees them. */
export interface CountingProxy {
  /** The server's URL, by this way. */
  readonly url: string
  /** The most connections that were open at a time since it was asked before. */
  most(): number
}

/** Opens a way to the server of a URL; closed at the end of the test. */
export async function countingProxy(url: string): Promise<CountingProxy> {
  const server = new URL(url)
  const open = new Set<Socket>()
  let most = 0
  const proxy = createServer((from) => {
    const to = connect(Number(server.port), server.hostname)
    open.add(from)
    most = Math.max(most, open.size)
    const end = (): void => {
      open.delete(from)
      from.destroy()
      to.destroy()
    }
    for (const socket of [from, to]) socket.on("error", end).on("close", end)
    from.pipe(to).pipe(from)
  })
  proxy.listen(0, "127.0.0.1")
  await once(proxy, "listening")
  onTestFinished(() => {
    for (const socket of open) socket.destroy()
    proxy.close()
  })
  const by = new URL(url)
  by.hostname = "127.0.0.1"
  by.port = String(portOf(proxy.address()))
  return {
    url: by.href,
    most() {
      const counted = most
      most = open.size
      return counted
    },
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (typeof address !== "object" || address === null) throw new Error("the proxy has no port")
  return address.port
}
