import { deepEqual, equal, match } from "node:assert/strict"
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

import { describe, it, onTestFinished } from "vitest"

import { localRegistry, must } from "./local-registry.ts"
import { millrace } from "./millrace.ts"
import { inTerminal } from "./terminal.ts"

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "millrace-init-"))
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  return made
}

describe("init", () => {
  it("makes a project whose own install, tests, types and start work", async () => {
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
  }, 240_000)

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
  }, 60_000)

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
  }, 60_000)
})
