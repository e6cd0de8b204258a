import { api } from "@millrace/bus"
import * as Schema from "effect/Schema"

export const Orders = api("orders", { placed: { order: Schema.Int } })
