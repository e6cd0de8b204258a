import { api } from "@millrace/bus"
import * as Schema from "effect/Schema"

/** What happens to users, as the service that owns them tells it. */
export const Auth = api("auth", {
  userCreated: { username: Schema.String, email: Schema.String },
  userUpdated: { username: Schema.String, newEmail: Schema.String },
  userDeleted: { username: Schema.String },
})
