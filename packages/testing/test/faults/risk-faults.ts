import type { Backend, Risk } from "@millrace/core/backend"

import type { Fault } from "./fault.ts"

const FSYNC: Risk = { what: "the server writes when it likes", remedy: "set fsync to always" }
const MEMORY: Risk = { what: "the server forgets when it is full", remedy: "give it more memory" }

/** A backend that tells these risks, whenever it is asked. */
const telling = (backend: Backend, risks: () => readonly Risk[]): Backend => ({
  ...backend,
  get capabilities() {
    return { ...backend.capabilities, risks: risks() }
  },
})

const endangered: Fault["sound"] = (backend) => telling(backend, () => [FSYNC, MEMORY])

/** Defects of what a backend tells of its server. */
export const riskFaults: readonly Fault[] = [
  {
    name: "a risk is told twice",
    caughtBy: "risks name each danger once",
    sound: endangered,
    alter: (backend) => telling(backend, () => [FSYNC, MEMORY, { ...FSYNC, remedy: "buy another server" }]),
  },
  {
    name: "a risk has no remedy",
    caughtBy: "risks name each danger once",
    sound: endangered,
    alter: (backend) => telling(backend, () => [FSYNC, { ...MEMORY, remedy: "" }]),
  },
  {
    name: "a risk is a setting's name in place of words",
    caughtBy: "risks name each danger once",
    sound: endangered,
    alter: (backend) => telling(backend, () => [{ ...FSYNC, what: "fsync=off" }]),
  },
  {
    name: "risks are told no more once something is stored",
    caughtBy: "risks are the same for each backend object",
    sound: endangered,
    alter(backend) {
      let stored = false
      const forgetful: Backend = {
        ...backend,
        append(appends) {
          stored = true
          return backend.append(appends)
        },
      }
      return telling(forgetful, () => (stored ? [] : [FSYNC, MEMORY]))
    },
  },
]
