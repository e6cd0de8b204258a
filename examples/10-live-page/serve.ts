// Serves the page until SIGINT or SIGTERM: `npm run serve -- --backend postgres://… --port 8080`.
import { once } from "node:events"
import { parseArgs } from "node:util"

import { openAuction } from "./src/open-auction.ts"

const { values } = parseArgs({
  options: { backend: { type: "string", default: "sqlite:auction.db" }, port: { type: "string", default: "8080" } },
})
const auction = await openAuction(values.backend, Number(values.port))
console.log(`look at ${auction.url}`)
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")])
await auction.close()
