import { isWorthAnotherTry } from "./is-worth-another-try.ts"

/** Makes a call again for as long as the storage is away. */
export async function surely<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isWorthAnotherTry(error)) throw error
    }
  }
}
