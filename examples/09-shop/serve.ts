// Opens the shop and keeps it open until SIGINT or SIGTERM: `npm run serve -- --backend postgres://… --port 8080`.
import { once } from "node:events"
import { parseArgs } from "node:util"

import { openShop } from "./src/open-shop.ts"

const { values } = parseArgs({
  options: {
    backend: { type: "string", default: "sqlite:shop.db" },
    port: { type: "string", default: "8080" },
    workers: { type: "string", default: "4" },
  },
})
const shop = await openShop(values.backend, { port: Number(values.port), workers: Number(values.workers) })
console.log(`open at ${shop.url}`)
await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")])
await shop.close()
