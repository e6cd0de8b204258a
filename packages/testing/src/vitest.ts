import { expect } from "vitest"

import type { AnyMessage } from "./compare-messages.ts"
import { messageMatchers } from "./message-matchers.ts"

declare module "vitest" {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** The messages expected, in this order, as often: types, streams and payloads; metadata where the expected ones give some. */
    toMatchMessages(this: Matchers<R, T>, expected: readonly AnyMessage[]): R
  }
}

expect.extend(messageMatchers)
