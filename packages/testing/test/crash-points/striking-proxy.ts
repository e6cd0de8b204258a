import { connect, createServer, type Server, type Socket } from "node:net"

import { endThisProcess } from "./end-this-process.ts"
import type { Mishap, Wire } from "./site.ts"

/** How the bytes of a protocol are cut. */
export interface Protocol {
  /** What a client sends. `call`: names what is counted and may be struck; `answered`: whether an answer with `ends` belongs to it. */
  requests(bytes: AsyncIterable<Buffer>): AsyncGenerator<Request>
  /** What the server sends. `ends`: it is the end of what belongs to one request. */
  answers(bytes: AsyncIterable<Buffer>): AsyncGenerator<{ readonly bytes: Buffer; readonly ends: boolean }>
}

export interface Request {
  readonly bytes: Buffer
  readonly call?: string
  readonly answered: boolean
}

/** A server behind a wire on which single calls have a mishap. */
export interface StrikingProxy {
  readonly port: number
  readonly wire: Wire
  close(): Promise<void>
}

interface Armed {
  readonly step: number
  readonly mishap: Mishap
}

/** What becomes of a call. */
type Fate = "pass" | "cut-before" | "cut-after" | "end-after"

/** Puts a wire before the server at `to`. It knows the mishaps `lost`, `unanswered`, `dead`, `killed before` and `killed after`. */
export async function strikingProxy(
  to: { readonly host: string; readonly port: number },
  protocol: Protocol,
): Promise<StrikingProxy> {
  let armed: Armed | undefined
  let seen: readonly string[] = []
  let victim: string | undefined
  let struck = Promise.withResolvers<string>()
  const sockets = new Set<Socket>()
  const judge = (call: string): Fate => {
    if (armed === undefined) return "pass"
    const step = seen.length
    seen = [...seen, call]
    if (step < armed.step || (step > armed.step && armed.mishap !== "dead")) return "pass"
    victim ??= call
    struck.resolve(victim)
    if (armed.mishap === "killed before") endThisProcess()
    if (armed.mishap === "killed after") return "end-after"
    return armed.mishap === "unanswered" ? "cut-after" : "cut-before"
  }
  const server = createServer((client) => {
    const upstream = connect(to)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on("error", () => {}) // A broken wire is what is wanted here.
      socket.once("close", () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    relay(client, upstream, protocol, judge)
  })
  const port = await listening(server)
  return {
    port,
    wire: {
      arm(step, mishap) {
        armed = { step, mishap }
        seen = []
        victim = undefined
        struck = Promise.withResolvers()
      },
      get struck() {
        return struck.promise
      },
      get seen() {
        return seen
      },
      disarm() {
        armed = undefined
        return Promise.resolve(victim)
      },
    },
    async close() {
      const closed = new Promise((resolve) => {
        server.close(resolve)
      })
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function relay(client: Socket, upstream: Socket, protocol: Protocol, judge: (call: string) => Fate): void {
  /** Of the requests without an answer yet, in order: what becomes of theirs. */
  const waiting: Fate[] = []
  const forth = async (): Promise<void> => {
    for await (const { bytes, call, answered } of protocol.requests(client)) {
      const fate = call === undefined ? "pass" : judge(call)
      if (fate === "cut-before") {
        client.destroy()
        return
      }
      if (answered) waiting.push(fate)
      upstream.write(bytes)
    }
  }
  const back = async (): Promise<void> => {
    for await (const { bytes, ends } of protocol.answers(upstream)) {
      const [fate] = waiting
      if (ends) waiting.shift()
      if (fate === "end-after" && ends) endThisProcess()
      if (fate !== "cut-after") client.write(bytes)
      else if (ends) {
        client.destroy()
        return
      }
    }
  }
  for (const way of [forth, back]) {
    way().catch(() => {
      client.destroy()
      upstream.destroy()
    })
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      if (address === null || typeof address === "string") reject(new Error("no port on 127.0.0.1"))
      else resolve(address.port)
    })
  })
}
