import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, expect, it, onTestFinished } from "vitest"

import { eventsOf } from "../src/events-of.ts"
import { openAuction } from "../src/open-auction.ts"

const LOTS = 4
const BIDS_EACH = 20

/** After so many events the connection is cut, wherever its bytes are. */
const CUT_AFTER = 7

/** Hundreds of requests, on a machine that has other things to do. */
const RUN_MS = 60_000

describe("on sqlite", () => {
  it(
    "a page that is cut off again and again while bids come in sees each of them once, in order [S32.c]",
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "millrace-auction-"))
      const auction = await openAuction(`sqlite:${join(folder, "log.db")}`)
      onTestFinished(async () => {
        await auction.close()
        await rm(folder, { recursive: true })
      })
      const bidding = Promise.all(Array.from({ length: LOTS }, (_, lot) => bidFor(auction.url, `lot-${lot}`)))
      const seen: { readonly lot: string; readonly cents: number }[] = []
      let connections = 0
      for (let lastEventId = ""; seen.length < LOTS * BIDS_EACH; connections += 1) {
        const connection = new AbortController()
        let left = Math.min(CUT_AFTER, LOTS * BIDS_EACH - seen.length)
        for await (const event of eventsOf(`${auction.url}/events`, { lastEventId, signal: connection.signal })) {
          seen.push(parse(event.data))
          lastEventId = event.id
          left -= 1
          if (left > 0) continue
          connection.abort()
          // What the server had sent beyond it is lost with the connection, as on a real line.
          break
        }
      }
      await bidding
      expect(connections).toBe(Math.ceil((LOTS * BIDS_EACH) / CUT_AFTER))
      for (let lot = 0; lot < LOTS; lot += 1) {
        const ofLot = seen.filter((event) => event.lot === `lot-${lot}`).map(({ cents }) => cents)
        expect(ofLot).toEqual(Array.from({ length: BIDS_EACH }, (_, n) => n + 1))
      }
    },
    RUN_MS,
  )
})

const parse: (text: string) => { readonly lot: string; readonly cents: number } = JSON.parse

async function bidFor(url: string, lot: string): Promise<void> {
  for (let cents = 1; cents <= BIDS_EACH; cents += 1) {
    const { status } = await fetch(`${url}/${lot}`, { method: "POST", body: JSON.stringify({ bidder: "ada", cents }) })
    expect(status).toBe(201)
  }
}
