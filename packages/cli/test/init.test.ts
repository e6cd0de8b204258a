import { deepEqual, equal, match } from "node:assert/strict"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, it, onTestFinished } from "vitest"

import { localRegistry, must } from "./local-registry.ts"
import { millrace, runInstalled } from "./millrace.ts"
import { inTerminal } from "./terminal.ts"

const MAIL = `import { existsSync } from "node:fs"

import { event, handler } from "@millrace/core"
import * as Schema from "effect/Schema"

import { ItemAdded } from "./cart.ts"

const Sent = event("mails.sent", Schema.Struct({ product: Schema.String }))

export const Mail = handler("mail", { errorStrategy: () => ({ kind: "park" }) }).on(ItemAdded, async ({ payload }) => {
  console.log("mailing " + payload.product)
  if (existsSync("slow-mail-server")) await new Promise(() => {})
  if (!existsSync("mail-server")) throw new Error("the mail server is down")
  return Sent("mail-1", { product: payload.product })
})
`

const APP_WITH_MAIL = `import { createApp } from "@millrace/core"

import * as carts from "./src/cart.ts"
import { Mail } from "./src/mail.ts"

export default function app(given: object) {
  return createApp({ reactors: { ...carts, Mail }, ...given })
}
`

/** Asks again until the answer will do; the test's own limit ends it otherwise. */
async function until<T>(ask: () => Promise<T>, will: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (will(answer)) return answer
  }
}

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "millrace-init-"))
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  return made
}

describe("init", () => {
  it("makes a project whose own install, tests and types work, and which is run, killed, repaired and traced", async () => {
    const at = await folder()
    const registry = await localRegistry(at, ["core", "bus", "sqlite", "testing", "cli"])
    const made = await millrace(["init", "shop", "--yes"], { cwd: at })
    deepEqual([made.code, made.stderr], [0, ""])
    match(made.stdout, /^shop is a project on sqlite\. Next:$/m)
    const shop = join(at, "shop")
    await writeFile(join(shop, ".npmrc"), `@millrace:registry=${registry}\n`)
    must("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"], shop)
    match(must("npm", ["test"], shop), /pass 3\b[^]*fail 0\b/)
    must("npm", ["run", "types"], shop)
    equal(JSON.parse(must("npx", ["millrace", "migrate", "--json"], shop)) !== undefined, true)
    const add = `await app.dispatch(AddItem("cart-1", { product: "pear", price: 40, quantity: 2 })); await app.drain()\n.exit\n`
    must("sh", ["-c", `printf '%s' '${add}' | npx millrace console`], shop)
    match(must("npx", ["millrace", "tail"], shop), /carts\.item_added {2}cart-1 v1 {2}\{"product":"pear"/)

    // It grows by a handler that fails, whose worker is killed: found by doctor, mended, tried again, and shown by trace.
    await writeFile(join(shop, "src/mail.ts"), MAIL)
    await writeFile(join(shop, "millrace.app.ts"), APP_WITH_MAIL)
    must("npm", ["run", "types"], shop)
    const run = () => runInstalled(shop, ["run", "--process-name", "worker1"])
    const on = (...args: readonly string[]) => runInstalled(shop, args).ended
    // It is killed in the middle of a message: what it had done with would not come again.
    await writeFile(join(shop, "slow-mail-server"), "")
    const killed = run()
    await killed.said("mailing pear")
    killed.process.kill("SIGKILL")
    equal((await killed.ended).code, null)
    await rm(join(shop, "slow-mail-server"))
    const worker = run()
    await worker.said("mailing pear")
    const parked = /^!! {2}group mail has 1 dead letter\n {6}look with millrace dead-letters list --group mail/m
    const sick = await until(
      () => on("doctor"),
      ({ stdout }) => parked.test(stdout),
    )
    equal(sick.code, 1)
    await writeFile(join(shop, "mail-server"), "")
    equal((await on("dead-letters", "retry", "mail")).code, 0)
    const [, asked = ""] = /"id": "([^"]+)"/.exec((await on("show", "cart-1", "--json")).stdout) ?? []
    const tree = await until(
      () => on("trace", asked),
      ({ stdout }) => stdout.includes("mails.sent"),
    )
    match(
      tree.stdout,
      /^carts\.add_item {2}cart-1 .*\n└─ carts\.item_added {2}cart-1 .*\n {3}└─ mails\.sent {2}mail-1 /,
    )
    worker.process.kill("SIGTERM")
    equal((await worker.ended).code, 0)
    equal((await on("doctor")).code, 0)
  }, 480_000)

  it("names the storage that is chosen, and asks for it in a terminal", async () => {
    const at = await folder()
    equal((await millrace(["init", "orders", "--backend", "postgres"], { cwd: at })).code, 0)
    match(
      await readFile(join(at, "orders", "millrace.yaml"), "utf8"),
      /^backend: postgres:\/\/localhost:5432\/orders$/m,
    )
    match(await readFile(join(at, "orders", "package.json"), "utf8"), /"@millrace\/postgres"/)
    const asked = inTerminal(["init", "mails"], { cwd: at })
    await asked.said("Where is its log kept?")
    asked.type("oracle\r")
    await asked.said(/kept\?[^]*kept\?/)
    asked.type("redis\r")
    equal(await asked.ended, 0)
    match(await readFile(join(at, "mails", "millrace.yaml"), "utf8"), /^backend: redis:/m)
  }, 240_000)

  it("writes over nothing, and takes no name that npm would refuse", async () => {
    const at = await folder()
    await writeFile(join(at, "diary.txt"), "mine")
    const refused = await millrace(["init", ".", "--yes"], { cwd: at })
    equal(refused.code === 1 || refused.code === 2, true)
    equal((await millrace(["init", "My Shop", "--yes"], { cwd: at })).code, 2)
    equal((await millrace(["init", "shop", "--backend", "oracle"], { cwd: at })).code, 2)
    equal(await readFile(join(at, "diary.txt"), "utf8"), "mine")
    equal((await millrace(["init", "shop", "--yes"], { cwd: at })).code, 0)
    const again = await millrace(["init", "shop", "--yes"], { cwd: at })
    equal(again.code, 1)
    match(again.stderr, /shop is not empty/)
  }, 240_000)
})
