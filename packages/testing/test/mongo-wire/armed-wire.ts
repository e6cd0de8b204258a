import { type MongoProxy, mongoProxy } from "./mongo-proxy.ts"
import type { WireCommand } from "./wire-frame.ts"

/**
 * What happens at one command. `lost`: it does not reach the server. `unanswered`: the server does it, and the connection breaks before the answer.
 * `silent`: the server does it, and nothing comes back, the connection standing. `dead`: the process dies before it, so neither it nor any later one is sent.
 * `gone`: the server does it, and is not to be reached from then on.
 */
export type Mishap = "lost" | "unanswered" | "silent" | "dead" | "gone"

/** A wire on which one command, counted from now, has a mishap. */
export interface ArmedWire {
  readonly url: string
  /** Counts commands from 0 again; the one of this number has the mishap. */
  arm(step: number, mishap: Mishap): void
  /** Resolves when the command has had its mishap. */
  readonly struck: Promise<WireCommand>
  /** Everything passes from now on. Answers the command that had the mishap; `undefined` when there were not so many. */
  disarm(): Promise<WireCommand | undefined>
  close(): Promise<void>
}

export async function armedWire(url: string): Promise<ArmedWire> {
  let armed: { readonly step: number; readonly mishap: Mishap } | undefined
  let sent = 0
  let victim: WireCommand | undefined
  let struck = Promise.withResolvers<WireCommand>()
  const proxy: MongoProxy = await mongoProxy(url, (command) => {
    if (armed === undefined) return "pass"
    const step = sent
    sent += 1
    if (step < armed.step) return "pass"
    if (step > armed.step && armed.mishap !== "dead") return "pass"
    victim ??= command
    struck.resolve(victim)
    return FATES[armed.mishap]
  })
  return {
    url: proxy.url,
    arm(step, mishap) {
      armed = { step, mishap }
      sent = 0
      victim = undefined
      struck = Promise.withResolvers<WireCommand>()
    },
    get struck() {
      return struck.promise
    },
    async disarm() {
      armed = undefined
      await proxy.comeBack()
      return victim
    },
    close: () => proxy.close(),
  }
}

const FATES = {
  lost: "cut-before",
  unanswered: "cut-after",
  silent: "hold-answer",
  dead: "cut-before",
  gone: "vanish",
} as const satisfies Readonly<Record<Mishap, string>>
