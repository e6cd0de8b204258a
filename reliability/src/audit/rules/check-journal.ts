import type { Standing } from "../../fleet/journal.ts"
import type { Evidence } from "../evidence.ts"
import type { Wrong } from "../findings.ts"

/** What was answered is true: whatever is said to be stored is there, whatever was refused is not. (That nothing is there twice is checked of all ids.) */
export function checkJournal({ messages }: Evidence, journal: ReadonlyMap<string, Standing>, wrong: Wrong): void {
  const stored = new Map(messages.map((message) => [message.id, message]))
  for (const [id, standing] of journal) {
    const found = stored.get(id)
    if (standing === "stored" && found === undefined) wrong("lost", `${id} was acknowledged and is not in the log`)
    if (standing === "refused" && found !== undefined)
      wrong("doubled", `${id} was refused and is at position ${found.position} (${found.type})`)
  }
}
