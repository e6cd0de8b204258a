// Plays one named worker, then three of which one is killed: `npm start`, `npm start -- --backend redis`.
import { fileURLToPath } from "node:url"

import { openStage, say, type ServiceProcess } from "@millrace/example-stage"

/** The orders of the first scene, and of the second. */
const ONE_WORKER = { from: 1, upto: 20 } as const
const THREE_WORKERS = { from: 21, upto: 56 } as const

/** What a process held when it died waits this long, unless one of its name is started: the acknowledgement timeout, 60 seconds by default. */
const ACKNOWLEDGEMENT_TIMEOUT_MS = 60_000

/** How often the workers' progress is looked at. */
const LOOK_MS = 20

const stage = await openStage()

say("# one worker, which handles the orders as they were placed")
await shop(ONE_WORKER)
const worker = run("worker")
await worker.said("order ", count(ONE_WORKER))
await worker.stop()
const inOrder = ordersIn([worker]).every((order, index) => order === ONE_WORKER.from + index)
say(`handled ${ordersIn([worker]).length}, in order: ${yesNo(inOrder)}`)

say("\n# three workers, one of which is killed with an order in hand")
const doomed = run("worker2", { HANGS: "yes" })
await doomed.said(" works")
await shop(THREE_WORKERS, "by-customer")
await doomed.said(" in hand")
const others = [run("worker1"), run("worker3")]
await Promise.all(others.map((one) => one.said(" works")))
say(`worker2 has an order in hand: ended by ${await doomed.kill()}`)
const inHand = orderInHand(doomed)
const since = performance.now()
const again = run("worker2")
const all = [doomed, ...others, again]
await until(() => ordersIn(all).includes(inHand))
say("worker2 is started again under its name")
const soon = performance.now() - since < ACKNOWLEDGEMENT_TIMEOUT_MS / 2
say(`its order is handled long before the acknowledgement timeout: ${yesNo(soon)}`)
await until(() => new Set(ordersIn(all)).size >= count(THREE_WORKERS))
for (const one of [...others, again]) await one.stop()
say(`handled ${new Set(ordersIn(all)).size} of ${count(THREE_WORKERS)}`)

await stage.close()

/** What an operator types: millrace run fulfilment.ts --service-name=example_service --process-name=worker1 --config millrace.yaml --url … */
function run(name: string, env: Readonly<Record<string, string>> = {}): ServiceProcess {
  const args = [
    "run",
    fileURLToPath(new URL("./fulfilment.ts", import.meta.url)),
    "--service-name=example_service",
    `--process-name=${name}`,
    `--config=${fileURLToPath(new URL("./millrace.yaml", import.meta.url))}`,
    `--url=${stage.url}`,
  ]
  return stage.start(new URL("./millrace.ts", import.meta.url), { name, args, env, quiet: true })
}

async function shop(orders: { readonly from: number; readonly upto: number }, how = "in-one-order"): Promise<void> {
  const args = [stage.url, `${orders.from}`, `${orders.upto}`, how]
  const code = await stage.start(new URL("./shop.ts", import.meta.url), { name: "shop", args }).ended
  if (code !== 0) throw new Error(`the shop ended with ${code}`)
}

/** Looks again and again, until it is so. */
async function until(so: () => boolean): Promise<void> {
  while (!so()) await new Promise((resolve) => void setTimeout(resolve, LOOK_MS))
}

function orderInHand({ lines }: ServiceProcess): number {
  return Number(/^has order (\d+) in hand$/m.exec(lines.join("\n"))?.[1])
}

function ordersIn(of: readonly ServiceProcess[]): readonly number[] {
  return of.flatMap(({ lines }) =>
    lines.flatMap((line) => {
      const [, order] = /^order (\d+)$/.exec(line) ?? []
      return order === undefined ? [] : [Number(order)]
    }),
  )
}

function count({ from, upto }: { readonly from: number; readonly upto: number }): number {
  return upto - from + 1
}

function yesNo(fact: boolean): string {
  return fact ? "yes" : "no"
}
