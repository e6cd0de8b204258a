import { type ChildProcess, fork } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

import { type Backend, BackendError, type Clock } from "@millrace/core"

import type { KillMishap } from "../site.ts"
import { withoutFunctions } from "./functions-in.ts"
import { routedBackend } from "./routed-backend.ts"
import type { Said, StorageName, Told } from "./told.ts"

/** A process that may be killed. */
export interface Victim {
  /** A backend in that process. Once it is dead, its calls never end. */
  readonly backend: Backend
  /** From now on it counts its calls from 0, and ends at the one of this number. */
  arm(step: number, mishap: KillMishap): void
  /** It counts no longer. Answers the calls since it was armed. */
  disarm(): Promise<readonly string[]>
  /** Resolves when it was killed. Rejects when it ended in any other way. */
  readonly killed: Promise<void>
  /** Ends it, where it lives. */
  end(): Promise<void>
}

/** What the processes of a test work on. */
export interface VictimOptions {
  readonly storage: StorageName
  /** The log's URL, or its path. */
  readonly url: string
  readonly clock: Clock
  /** A backend of the same kind, for what backends tell of themselves. */
  readonly model: Backend
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

const FILE = fileURLToPath(new URL("./victim.ts", import.meta.url))

/** Starts a process. Resolves once it can be called. */
export async function startVictim({ storage, url, clock, model }: VictimOptions): Promise<Victim> {
  const child = fork(FILE, [storage, url], {
    serialization: "advanced",
    execArgv: ["--conditions=millrace-source", "--disable-warning=ExperimentalWarning"],
    // What one process has compiled is there for the next.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "victims") },
  })
  const pending = new Map<number, Pending>()
  let asked = 0
  const ready = Promise.withResolvers<undefined>()
  const killed = killOf(child)
  killed.catch((error: unknown) => {
    ready.reject(error)
    for (const { reject } of pending.values()) reject(error)
  })
  child.on("message", (said: Said) => {
    if (said.says === "ready") ready.resolve(undefined)
    else settle(pending, said)
  })
  const tell = (told: Told): void => void child.send(told, () => {}) // Who is dead hears nothing.
  const ask = (make: (number: number) => Told): Promise<unknown> =>
    new Promise((resolve, reject) => {
      asked += 1
      pending.set(asked, { resolve, reject })
      tell(make(asked))
    })
  await ready.promise
  return {
    killed,
    backend: routedBackend(model, (method, args) => {
      const sent = args.map(withoutFunctions)
      return ask((number) => ({ do: "call", number, method, args: sent, now: clock.now() }))
    }),
    arm: (step, mishap) => tell({ do: "arm", step, mishap }),
    disarm: async () => textsIn(await ask((number) => ({ do: "disarm", number }))),
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill("SIGKILL")
      await killed
    },
  }
}

function killOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code, signal) => {
      if (signal === "SIGKILL") resolve()
      else reject(new Error(`a process that was to be killed ended with ${code ?? signal}`))
    })
  })
}

function settle(pending: Map<number, Pending>, said: Exclude<Said, { says: "ready" }>): void {
  const caller = pending.get(said.number)
  pending.delete(said.number)
  if (said.says === "answer") caller?.resolve(said.answer)
  else if (said.says === "seen") caller?.resolve(said.calls)
  else caller?.reject(errorOf(said))
}

/** The error of a backend, as it was in its process. */
function errorOf({ code, message }: Extract<Said, { says: "error" }>): Error {
  return isCode(code) ? new BackendError(code, message) : new Error(message)
}

/** What a call may fail with when its storage can not be reached for a moment: anything else is a finding. */
function isCode(code: string | undefined): code is "unavailable" | "outcome-unknown" {
  return code === "unavailable" || code === "outcome-unknown"
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}
