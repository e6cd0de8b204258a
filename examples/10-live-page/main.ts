// Looks on at an auction, is cut off, and comes back: `npm start`, `npm start -- --backend <URL of an empty storage>`.
import { openStage, say } from "@millrace/example-stage"

import { eventsOf } from "./src/events-of.ts"
import { openAuction } from "./src/open-auction.ts"

const stage = await openStage()
const auction = await openAuction(stage.url)

say("# a page is open")
await bid("lot-1", "ada", 4_000)
await bid("lot-2", "bob", 1_500)
const seen = await look("", 2)

say("\n# it is cut off; the auction goes on")
await bid("lot-1", "bob", 4_500)
await bid("lot-1", "ada", 4_400)
await bid("lot-2", "cid", 1_600)

say("\n# it comes back, and says what it saw last")
await look(seen, 2)

await auction.close()
await stage.close()

async function bid(lot: string, bidder: string, cents: number): Promise<void> {
  const { status } = await fetch(`${auction.url}/${lot}`, { method: "POST", body: JSON.stringify({ bidder, cents }) })
  say(`${bidder} bids ${cents} for ${lot} → ${status}`)
}

/** Looks on until so many events have come, then cuts the connection. Answers the id of the last one. */
async function look(lastEventId: string, count: number): Promise<string> {
  const connection = new AbortController()
  let [last, left] = [lastEventId, count]
  for await (const { id, data } of eventsOf(`${auction.url}/events`, { lastEventId, signal: connection.signal })) {
    say(`the page shows ${data}`)
    last = id
    left -= 1
    if (left === 0) connection.abort()
  }
  return last
}
