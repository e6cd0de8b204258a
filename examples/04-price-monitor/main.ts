// Plays the services against one another: `npm start`, `npm start -- --backend redis`.
import { createApp } from "@millrace/core"
import { openStage, say, type ServiceProcess } from "@millrace/example-stage"

/** The consumer groups of the price monitor. */
const GROUPS = ["price-monitor-send_price_alerts", "price-monitor-update_db"] as const

const PRODUCTS = ["tea", "coffee", "cocoa"] as const

/** How many prices of each product two processes share. */
const SHARED_EACH = 8

const stage = await openStage()
const scraper = stage.start(new URL("./scraper.ts", import.meta.url), {
  name: "scraper",
  args: [stage.url],
  quiet: true,
})
const app = await createApp({ backend: stage.url })

say("# nobody listens yet, and firing does not know")
await fire("acme tea 2.8")
await fire("acme coffee 5.2")
await fire("best tea 3.1")
say("fired and stored: 3 events")

say("\n# one process, two groups: both get every event, in order for each product")
const first = monitor("monitor-1")
for (const group of GROUPS) await first.said(group, 3)
for (const group of GROUPS)
  for (const product of PRODUCTS) for (const line of of(first.lines, group, product)) say(`  ${line}`)

say("\n# two processes of the service: each group handles an event in one of them")
const second = monitor("monitor-2")
await second.said("listens")
const before = first.lines.length
for (let number = 1; number <= SHARED_EACH; number += 1)
  for (const product of PRODUCTS) await fire(`acme ${product} ${10 + number}`)
await settled()
await first.stop()
await second.stop()
const shared = [...first.lines.slice(before), ...second.lines]
for (const group of GROUPS) {
  const lines = PRODUCTS.map((product) => of(shared, group, product))
  const distinct = new Set(lines.flat())
  say(`  ${group}: ${lines.flat().length} handled, ${distinct.size} of them distinct`)
}

await app.close()
await stage.close()

function monitor(name: string): ServiceProcess {
  return stage.start(new URL("./price-monitor.ts", import.meta.url), { name, args: [stage.url, name], quiet: true })
}

async function fire(price: string): Promise<void> {
  scraper.tell(price)
  await scraper.said(`fired: ${price}`)
}

/** What a group said about a product. */
function of(lines: readonly string[], group: string, product: string): readonly string[] {
  return lines.filter((line) => line.startsWith(`${group}: `) && line.includes(` ${product} `))
}

/** Resolves when both groups have settled everything. */
async function settled(): Promise<void> {
  for (;;) {
    const groups = await app.groups([...GROUPS])
    if (groups.every(({ lag }) => lag === 0)) return
    await new Promise((resolve) => void setTimeout(resolve, 20))
  }
}
