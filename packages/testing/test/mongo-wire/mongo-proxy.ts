import { createServer, connect, type Server, type Socket } from "node:net"

import type { BSON } from "mongodb"

import { freePort } from "../../src/servers/free-port.ts"
import { endThisProcess } from "../crash-points/end-this-process.ts"
import { answeredId, commandOf, refusalOf, requestId, type WireCommand, wireFrames } from "./wire-frame.ts"

/**
 * What becomes of a command. `cut-before`: the connection breaks before the server gets it. `cut-after`: the server has done it, and the connection breaks
 * before the answer. `hold-answer`: the server has done it, and the answer never comes. `vanish`: the server has done it, and is not to be reached until `comeBack`.
 * `end-process`: the server has done it, and this process ends by SIGKILL when the answer arrives. `refused`: the server answers that it will not.
 */
export type Fate = "pass" | "cut-before" | AtAnswer | { readonly refused: BSON.Document }

/** What happens when the answer arrives. */
type AtAnswer = "cut-after" | "hold-answer" | "vanish" | "end-process"

/** Decides about each command on its way to the server; a promise delays it. */
export type Decide = (command: WireCommand) => Fate | Promise<Fate>

/** A MongoDB behind a wire that can fail. */
export interface MongoProxy {
  /** The URL of the server, by way of the proxy. */
  readonly url: string
  /** Takes connections again, where it vanished. */
  comeBack(): Promise<void>
  /** Breaks all connections and ends the proxy. */
  close(): Promise<void>
}

/** Between the end of a vanishing server's other connections and that of the struck one. */
const VANISH_MS = 10

/** What the driver does for itself: of no concern to those who watch a backend. */
const HOUSEKEEPING = new Set(["hello", "ismaster", "isMaster", "ping", "endSessions", "killCursors"])

/** Puts a wire of its own between a driver and the MongoDB server at `url`, on which single commands can be made to fail. */
export async function mongoProxy(url: string, decide: Decide): Promise<MongoProxy> {
  const [, host = "", portText] = /^mongodb:\/\/(?:[^@/]*@)?([^:/?]+)(?::(\d+))?/.exec(url) ?? []
  const to = { host, port: Number(portText ?? "27017") }
  const port = await freePort()
  const sockets = new Set<Socket>()
  const upstreams = new Map<Socket, Socket>()
  const vanish = (last: Socket): void => {
    server.close()
    for (const socket of sockets) if (socket !== last && socket !== upstreams.get(last)) socket.destroy()
    // Were all to break in one moment, this driver's monitor would hang on the answer to its question.
    setTimeout(() => last.destroy(), VANISH_MS)
  }
  const server = createServer((client) => {
    const upstream = connect(to)
    upstreams.set(client, upstream)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on("error", () => {}) // A broken wire is what is wanted here.
      socket.once("close", () => {
        sockets.delete(socket)
        upstreams.delete(client)
        client.destroy()
        upstream.destroy()
      })
    }
    relay(client, upstream, decide, vanish)
  })
  const listen = (): Promise<void> =>
    new Promise((resolve) => {
      server.listen(port, "127.0.0.1", resolve)
    })
  await listen()
  return {
    url: url.replace(/^(mongodb:\/\/(?:[^@/]*@)?)[^/?]+/, `$1127.0.0.1:${port}`),
    async comeBack() {
      if (!server.listening) await listen()
    },
    close: () => closeAll(server, sockets),
  }
}

function relay(client: Socket, upstream: Socket, decide: Decide, vanish: (last: Socket) => void): void {
  const fates = new Map<number, AtAnswer>()
  const forth = async (): Promise<void> => {
    for await (const frame of wireFrames(client)) {
      const command = commandOf(frame)
      const fate = command === undefined || HOUSEKEEPING.has(command.name) ? "pass" : await decide(command)
      if (fate === "cut-before") client.destroy()
      else if (typeof fate === "object") client.write(refusalOf(frame, fate.refused))
      else {
        if (fate !== "pass") fates.set(requestId(frame), fate)
        upstream.write(frame)
      }
    }
  }
  const back = async (): Promise<void> => {
    for await (const frame of wireFrames(upstream)) {
      const fate = fates.get(answeredId(frame))
      if (fate === "cut-after") client.destroy()
      else if (fate === "vanish") vanish(client)
      else if (fate === "end-process") endThisProcess()
      else if (fate === undefined) client.write(frame)
    }
  }
  for (const way of [forth, back]) {
    way().catch(() => {
      client.destroy()
      upstream.destroy()
    })
  }
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise((resolve) => {
    server.close(resolve)
  })
  for (const socket of sockets) socket.destroy()
  await closed
}
