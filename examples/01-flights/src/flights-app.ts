import type { App, ReactorsIn } from "@millrace/core"

import type * as reactors from "../reactors.ts"

/** The app of this example. */
export type FlightsApp = App<ReactorsIn<typeof reactors>>
