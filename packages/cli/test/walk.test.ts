import { deepEqual, equal, match, ok } from "node:assert/strict"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { describe, it, onTestFinished } from "vitest"

import { millrace, program, runMillrace, type Said } from "./millrace.ts"
import { stores } from "./stores.ts"

const MAILER = fileURLToPath(new URL("fixtures/mailer.ts", import.meta.url))
const ACCOUNTS = new URL("fixtures/accounts.ts", import.meta.url)

/** Each step is a process of its own. */
const PATIENCE_MS = 480_000

function json<T>({ code, stdout, stderr }: Said, check: (value: unknown) => T): T {
  equal(code, 0, stderr)
  return check(JSON.parse(stdout))
}

function list(value: unknown): readonly unknown[] {
  ok(Array.isArray(value))
  return value
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined
}

for (const store of stores) {
  describe(`on ${store.name}`, () => {
    it(
      "a service is run, killed, looked after and traced from a terminal [L11.a]",
      async (test) => {
        const url = await store.url(test)
        const folder = await mkdtemp(join(tmpdir(), "millrace-walk-"))
        onTestFinished(() => rm(folder, { recursive: true }))
        const mailServer = join(folder, "up")
        const env = { MAIL_SERVER: mailServer, MILLRACE_OPERATOR: "eve" }
        const on = (...args: readonly string[]) => millrace([...args, "--url", url], { env })
        const run = () => runMillrace(["run", MAILER, "--process-name", "worker1", "--url", url], { env })

        const planned = await on("migrate", "--dry-run")
        match(planned.stdout, /nothing was changed/)
        const migrated = await on("migrate")
        deepEqual([migrated.code, /CREATE TABLE/.test(migrated.stdout)], [0, false])
        match(migrated.stdout, /^the log is in format \d+ now$/m)
        match((await on("doctor")).stdout, /^ok {2}no process works, and nothing waits$/m)

        const first = run()
        await first.said("mailer worker1 works")
        equal((await program(ACCOUNTS, [url, "adam"])).code, 0)
        await first.said("seen adam")
        first.process.kill("SIGKILL")
        equal((await first.ended).code, null)
        equal((await program(ACCOUNTS, [url, "bea"])).code, 0)

        const second = run()
        await second.said("seen bea")
        const sick = await on("doctor")
        equal(sick.code, 1)
        match(
          sick.stdout,
          /^!! {2}group mailer-welcome has 1 dead letter\n {6}look with millrace dead-letters list --group mailer-welcome/m,
        )
        const letters = json(await on("dead-letters", "list", "--json"), list)
        deepEqual(
          letters.map((one) => [field(one, "group"), field(one, "key"), field(one, "error")]),
          [["mailer-welcome", "auth", "Error: the mail server is down"]],
        )
        match((await on("dead-letters", "show", "mailer-welcome", "auth")).stdout, /"username": "adam"/)

        const tail = runMillrace(["tail", "--follow", "--type", "mail.sent", "--url", url], { env })
        await writeFile(mailServer, "")
        match(
          (await on("dead-letters", "retry", "mailer-welcome")).stdout,
          /^1 dead letter of mailer-welcome is handled again$/m,
        )
        await tail.said('{"to":"adam"}')
        await tail.said('{"to":"bea"}')
        tail.process.kill("SIGTERM")
        equal((await tail.ended).code, 0)

        const [created] = json(await on("show", "auth", "--json"), list)
        const tree = await on("trace", String(field(created, "id")))
        match(tree.stdout, /^auth\.user_created {2}auth .*\n└─ mail\.sent {2}mail /)

        match((await on("workers")).stdout, /^worker1 +yes/m)
        second.process.kill("SIGTERM")
        const ended = await second.ended
        deepEqual([ended.code, /drained/.test(ended.stdout)], [0, true])
        equal((await on("doctor")).code, 0)
        const [asked] = json(await on("show", "millrace.audit", "--last", "1", "--json"), list)
        deepEqual(
          [field(field(asked, "payload"), "by"), field(field(field(asked, "payload"), "what"), "verb")],
          ["eve", "dead-letters retry"],
        )
      },
      PATIENCE_MS,
    )
  })
}

// What these do to a group is shown by `verbs.test.ts` on the other storages too.
for (const store of stores.slice(0, 2)) {
  describe(`on ${store.name}`, () => {
    it(
      "groups are stopped, started, reset and told to skip; what is dangerous wants a yes",
      async (test) => {
        const url = await store.url(test)
        const on = (...args: readonly string[]) => millrace([...args, "--url", url])
        equal((await program(ACCOUNTS, [url, "adam", "bea"])).code, 0)
        const run = runMillrace(["run", MAILER, "--process-name", "worker1", "--only", "mailer-log", "--url", url])
        await run.said("seen bea")
        run.process.kill("SIGTERM")
        await run.ended
        const groups = async () =>
          json(await on("groups", "--json"), list).map((one) => [
            field(one, "group"),
            field(one, "status"),
            field(one, "lag"),
          ])
        deepEqual(await groups(), [["mailer-log", "active", 0]])

        equal((await on("group", "stop", "mailer-log", "--reason", "lunch")).code, 0)
        deepEqual(await groups(), [["mailer-log", "stopped", 0]])
        match((await on("stats")).stdout, /mailer-log +stopped +0 .*lunch/)
        equal((await on("group", "start", "mailer-log")).code, 0)

        const [adam] = json(await on("show", "auth", "--json"), list)
        const lagAfter = async (...to: readonly string[]) => {
          equal((await on("group", "reset", "mailer-log", ...to, "--yes")).code, 0)
          return (await groups()).map(([, , lag]) => lag)
        }
        for (const [to, why] of [
          ["--to-date=2100-01-01", /2100-01-01T00:00:00Z lies in the future: nothing was stored/],
          ["--to-position=99999", /the log ends at \d+: nothing lies above position 99999/],
        ] as const) {
          const refused = await on("group", "reset", "mailer-log", to, "--yes")
          equal(refused.code, 2)
          match(refused.stderr, why)
        }
        // A reset sets back, and never over what was not handled.
        deepEqual(await lagAfter("--to-position", String(field(adam, "position"))), [1])
        deepEqual(await lagAfter("--to-date", "2000-01-01"), [2])
        deepEqual(await lagAfter("--to-position", String(field(adam, "position"))), [2])

        const asked = await on("group", "reset", "mailer-log")
        deepEqual([asked.code, asked.stdout], [4, ""])
        match(asked.stderr, /add --yes/)
        equal((await on("group", "reset", "mailer-log", "--yes")).code, 0)
        deepEqual(await groups(), [["mailer-log", "active", 2]])
        equal((await on("group", "skip", "mailer-log", String(field(adam, "position")), "--yes")).code, 0)
        deepEqual(await groups(), [["mailer-log", "active", 1]])

        const nobody = await on("group", "stop", "nobody", "--json")
        equal(nobody.code, 3)
        equal(field(field(JSON.parse(nobody.stderr), "error"), "code"), "not-found")
      },
      PATIENCE_MS,
    )
  })
}
