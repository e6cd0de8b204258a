import type { KillMishap } from "../site.ts"

/** The storages whose processes are killed. */
export type StorageName = "sqlite" | "postgres" | "redis" | "mongodb"

/** What a process that may be killed is told, over the channel to its parent. */
export type Told =
  | { readonly do: "arm"; readonly step: number; readonly mishap: KillMishap }
  | { readonly do: "disarm"; readonly number: number }
  | {
      readonly do: "call"
      readonly number: number
      readonly method: readonly string[]
      readonly args: readonly unknown[]
      /** What the clock shows. */
      readonly now: number
    }

/** What it says to its parent. */
export type Said =
  | { readonly says: "ready" }
  | { readonly says: "seen"; readonly number: number; readonly calls: readonly string[] }
  | { readonly says: "answer"; readonly number: number; readonly answer: unknown }
  | { readonly says: "error"; readonly number: number; readonly code: string | undefined; readonly message: string }
