import { fetchMongo } from "./fetch-mongo.ts"
import { NoMongo } from "./no-mongo.ts"
import { runMongoProgram } from "./run-mongo-program.ts"
import { setting } from "./setting.ts"
import type { TestMongo } from "./test-mongo.ts"

/** Starts a server that nobody else uses. */
export async function serveMongo(options: { readonly restartable: boolean }): Promise<TestMongo> {
  const program = setting("MILLRACE_MONGODB_SERVER")
  if (program !== undefined) return runMongoProgram(program, options)
  if (!options.restartable) return fetchMongo()
  throw new NoMongo(
    "to kill and restart a MongoDB, set MILLRACE_MONGODB_SERVER to a program that takes --port and --keep",
  )
}
