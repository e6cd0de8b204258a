import { NoMongo, startMongo } from "@millrace/testing"

/** Why there is no MongoDB to run on here; `undefined` where there is one. In CI there has to be one: this throws. */
export async function missingMongo(): Promise<string | undefined> {
  try {
    const server = await startMongo()
    await server.stop()
    return undefined
  } catch (error) {
    if (!(error instanceof NoMongo) || (process.env["CI"] ?? "") !== "") throw error
    return error.message
  }
}

/** What the title of a skipped suite says beside its name. */
export function skippedFor(missing: string | undefined): string {
  return missing === undefined ? "" : `, skipped: ${missing}`
}
