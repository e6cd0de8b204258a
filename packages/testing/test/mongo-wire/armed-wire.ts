import { endThisProcess } from "../crash-points/end-this-process.ts"
import type { Mishap, Wire } from "../crash-points/site.ts"
import { type MongoProxy, mongoProxy } from "./mongo-proxy.ts"
import type { WireCommand } from "./wire-frame.ts"

/** A wire on which one command, counted from now, has a mishap. */
export interface ArmedWire extends Wire {
  readonly url: string
  close(): Promise<void>
}

export async function armedWire(url: string): Promise<ArmedWire> {
  let armed: { readonly step: number; readonly mishap: Mishap } | undefined
  let seen: readonly string[] = []
  let victim: WireCommand | undefined
  let struck = Promise.withResolvers<WireCommand>()
  const proxy: MongoProxy = await mongoProxy(url, (command) => {
    if (armed === undefined) return "pass"
    const step = seen.length
    seen = [...seen, nameOf(command)]
    if (step < armed.step) return "pass"
    if (step > armed.step && armed.mishap !== "dead") return "pass"
    victim ??= command
    struck.resolve(victim)
    return armed.mishap === "killed before" ? endThisProcess() : FATES[armed.mishap]
  })
  return {
    url: proxy.url,
    arm(step, mishap) {
      armed = { step, mishap }
      seen = []
      victim = undefined
      struck = Promise.withResolvers<WireCommand>()
    },
    get struck() {
      return struck.promise
    },
    async disarm() {
      armed = undefined
      await proxy.comeBack()
      return victim === undefined ? undefined : nameOf(victim)
    },
    get seen() {
      return seen
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
  "killed after": "end-process",
} as const satisfies Readonly<Record<Exclude<Mishap, "killed before">, string>>

const nameOf = ({ name, collection }: WireCommand): string => `${name} ${collection}`
