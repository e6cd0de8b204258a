// Lets people chat, each in a process of their own: `npm start`, `npm start -- --backend redis`.
import { openStage, say, type ServiceProcess } from "@millrace/example-stage"

const stage = await openStage()
const join = (name: string): ServiceProcess =>
  stage.start(new URL("./person.ts", import.meta.url), { name, args: [stage.url, name], quiet: true })

say("# ada and bob are here")
const [ada, bob] = [join("ada"), join("bob")]
await Promise.all([ada.said("is here"), bob.said("is here")])
await talk(ada, "kitchen: is there flour?", bob)
await talk(bob, "kitchen: plenty", ada)

say("\n# bob leaves, ada goes on, and a moderator comes")
await bob.stop()
ada.tell("kitchen: darn, no yeast")
ada.tell("kitchen: found some")
ada.tell("garden: who is outside?")
await ada.said("[", 5)
stage.start(new URL("./moderator.ts", import.meta.url), { name: "moderator", args: [stage.url], quiet: true })
await ada.said("we do not say")
show(ada, 2)

say("\n# bob comes back, and hears what he has missed")
const bobAgain = join("bob")
await bobAgain.said("[", 4)
show(bobAgain, 0)

say("\n# cid comes for the first time, and hears everything")
const cid = join("cid")
await cid.said("[", 6)
show(cid, 0)

await stage.close()

/** Lets a person say something, and shows that the other hears it. */
async function talk(person: ServiceProcess, line: string, other: ServiceProcess): Promise<void> {
  const text = line.slice(line.indexOf(": ") + 2)
  person.tell(line)
  await Promise.all([person.said(text), other.said(text)])
  say(`${other.name} hears  ${other.lines.at(-1)}`)
}

/** Shows what a person has heard after so many lines, room by room: a room has an order, rooms have none between them. */
function show({ name, lines }: ServiceProcess, after: number): void {
  const heard = lines.filter((line) => line.startsWith("[")).slice(after)
  for (const room of ["[garden]", "[kitchen]"])
    for (const line of heard) if (line.startsWith(room)) say(`${name} hears  ${line}`)
}
