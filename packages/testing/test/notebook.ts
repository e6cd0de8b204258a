import { actor, command, event } from "@millrace/core"
import * as Schema from "effect/Schema"

export const Note = command("jobs.note", Schema.Struct({ text: Schema.String }))
export const Noted = event("jobs.noted", Schema.Struct({ text: Schema.String }))

/** Notes what it is told. */
export const Notebook = actor("notebook", () => ({ notes: 0 }))
  .event(Noted, (book) => {
    book.notes += 1
  })
  .command(Note, (_book, note, { event }) => {
    event(Noted, note.payload)
  })
