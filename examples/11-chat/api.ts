import { api } from "@millrace/bus"
import * as Schema from "effect/Schema"

/** What is said in the rooms, and what the moderator thinks of it. Fired with the room as its key: a room keeps its order, and rooms do not wait for one another. */
export const Chat = api("chat", {
  said: { room: Schema.String, author: Schema.String, text: Schema.String },
  warned: { room: Schema.String, author: Schema.String, word: Schema.String },
})
