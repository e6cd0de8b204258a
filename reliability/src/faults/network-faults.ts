import { setTimeout as pause } from "node:timers/promises"

import type { TcpProxy } from "@millrace/testing"

import type { Step } from "../plan/draw-plan.ts"
import type { World } from "../world.ts"
import { type Fault, type MakeFault, picked } from "./fault.ts"

type Disturb = (proxies: readonly TcpProxy[], step: Step, signal: AbortSignal) => Promise<void>

/** A fault of the way between one process and the server, or of all ways. */
export function onNetwork(disturb: Disturb): MakeFault {
  return ({ proxies, signal }: World, step: Step): Fault | undefined => {
    const one = picked(proxies, step)
    if (one === undefined) return undefined
    const struck = step.all ? proxies : [one]
    return {
      targets: struck.map(({ port }) => `way ${port}`),
      strike: () => disturb(struck, step, signal),
    }
  }
}

export const cut: Disturb = async (proxies) => {
  for (const proxy of proxies) proxy.cut()
}

export const halfClose: Disturb = async (proxies, { pick }) => {
  for (const proxy of proxies) proxy.halfClose(pick % 2 === 0 ? "client" : "server")
}

const LEAST_DELAY_MS = 50
const DELAYS_MS = 400

export const delay: Disturb = async (proxies, { pick, forMs }, signal) => {
  for (const proxy of proxies) proxy.delay(LEAST_DELAY_MS + (pick % DELAYS_MS))
  await lasting(proxies, forMs, signal)
}

/** What is held back arrives late, as packets do that are sent again; or never, where whoever sent it has given up. */
export const blackhole: Disturb = async (proxies, { pick, forMs }, signal) => {
  for (const proxy of proxies) proxy.blackhole(pick % 3 === 0 ? "both" : pick % 3 === 1 ? "requests" : "answers")
  await lasting(proxies, forMs, signal)
}

/** The server does what it is asked, and nobody hears of it. */
export const loseAnswers: Disturb = async (proxies, { forMs }, signal) => {
  for (const proxy of proxies) proxy.blackhole("answers")
  await pause(forMs, undefined, { signal }).finally(() => {
    for (const proxy of proxies) {
      proxy.cut()
      proxy.pass()
    }
  })
}

export const refuse: Disturb = async (proxies, { forMs }, signal) => {
  await Promise.all(proxies.map((proxy) => proxy.refuse()))
  await pause(forMs, undefined, { signal })
  await Promise.all(proxies.map((proxy) => proxy.accept()))
}

async function lasting(proxies: readonly TcpProxy[], forMs: number, signal: AbortSignal): Promise<void> {
  await pause(forMs, undefined, { signal }).finally(() => {
    for (const proxy of proxies) proxy.pass()
  })
}
