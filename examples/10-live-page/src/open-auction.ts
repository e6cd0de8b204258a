import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { json } from "node:stream/consumers"

import { type App, type Backend, createApp, openBackend, silentLogger } from "@millrace/core"

import { followLog } from "./follow-log.ts"
import { BidPlaced, Lot, PlaceBid } from "./lot.ts"

/** An auction that is open. */
export interface Auction {
  readonly url: string
  close(): Promise<void>
}

interface Parts {
  readonly app: App<typeof Lot>
  readonly backend: Backend<never>
  readonly page: Buffer
  /** Aborted when the auction closes. */
  readonly closing: AbortSignal
}

/** Serves the page, its events, and bids. `port` 0 takes a free one. */
export async function openAuction(backendUrl: string, port = 0): Promise<Auction> {
  const backend = await openBackend(backendUrl)
  const app = await createApp({ backend, reactors: [Lot], logger: silentLogger })
  const page = await readFile(new URL("../page.html", import.meta.url))
  const closing = new AbortController()
  const server = createServer((request, response) => {
    answer(request, response, { app, backend, page, closing: closing.signal }).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else response.writeHead(500).end(String(error))
    })
  })
  server.listen(port, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : port}`,
    async close() {
      closing.abort()
      server.close()
      await once(server, "close")
      await app.close()
      await backend.close()
    },
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://page")
  if (pathname === "/events") return sendEvents(request, response, parts)
  if (request.method === "POST") return takeBid(pathname.slice(1), await json(request), response, parts)
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(parts.page)
}

/** Sends every bid above the position that the browser saw last, then those to come. A browser that is cut off comes back and says that position by itself. */
async function sendEvents(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const gone = new AbortController()
  response.once("close", () => gone.abort())
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" })
  const after = Number(request.headers["last-event-id"] ?? 0)
  const signal = AbortSignal.any([gone.signal, parts.closing])
  for await (const message of followLog(parts, { after, types: [BidPlaced], signal })) {
    const { payload } = BidPlaced.decode(message)
    const data = JSON.stringify({ lot: message.streamId, ...payload })
    // A browser that reads slowly holds its own reading back, and nobody else's.
    if (!response.write(`id: ${message.position}\ndata: ${data}\n\n`)) await once(response, "drain", { signal })
  }
  response.end()
}

async function takeBid(lot: string, body: unknown, response: ServerResponse, { app }: Parts): Promise<void> {
  try {
    const result = await app.execute(PlaceBid.parse(lot, body))
    response.writeHead(result.ok ? 201 : 422).end(JSON.stringify(result.ok ? result.state : result.errors))
  } catch (error) {
    response.writeHead(409).end(JSON.stringify(String(error)))
  }
}
