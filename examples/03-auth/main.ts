// Plays the services against one another: `npm start`, `npm start -- --backend redis`.
import { createApp } from "@millrace/core"
import { openStage, say, type ServiceProcess } from "@millrace/example-stage"

const stage = await openStage()
const { url } = stage
const service = (name: string, file: string, ...args: readonly string[]): ServiceProcess =>
  stage.start(new URL(file, import.meta.url), { name, args: [url, ...args] })

say("# fire and listen")
const directory = service("directory", "./directory.ts")
await directory.said("listens")
const accounts = stage.start(new URL("./accounts.ts", import.meta.url), { name: "accounts", args: [url], quiet: true })
await told("create adam adam@example.com", '{"adam":"adam@example.com"}')
await told("update adam adam@new.example", '{"adam":"adam@new.example"}')
await told("delete adam", "{}")
await directory.stop()

say("\n# one listener for all three, which keeps their order")
const inOrder = service("directory", "./directory-in-order.ts")
await inOrder.said("{}")
await inOrder.stop()

say("\n# a wrong parameter")
await service("accounts", "./wrong-password.ts").ended

say("\n# two listeners of one name")
await service("directory", "./duplicate-name.ts").ended

say("\n# OnError.ACKNOWLEDGE_AND_LOG")
await fired("create bea bea@example.com")
const tolerant = service("welcome", "./welcome.ts", "acknowledge")
await tolerant.said("mail to bea")
await tolerant.stop()

say("\n# OnError.SHUTDOWN, the default")
const strict = service("welcome", "./welcome.ts", "shutdown")
say(`welcome ended with exit code ${await strict.ended}`)
await showWaiting("welcome-shutdown-send")
say("the mail server is up again, and the service is started again")
const again = service("welcome", "./welcome.ts", "shutdown", "up")
await again.said("mail to bea")
await again.stop()
await showWaiting("welcome-shutdown-send")

await stage.close()

/** Tells the accounts what to do, and waits until the directory shows what came of it. */
async function told(command: string, shown: string): Promise<void> {
  await fired(command)
  await directory.said(shown)
}

async function fired(command: string): Promise<void> {
  say(`accounts      ${command}`)
  accounts.tell(command)
  await accounts.said(`fired: ${command}`)
}

async function showWaiting(group: string): Promise<void> {
  const app = await createApp({ backend: url })
  const [info] = await app.groups([group])
  say(`events that wait for ${group}: ${info?.lag}`)
  await app.close()
}
