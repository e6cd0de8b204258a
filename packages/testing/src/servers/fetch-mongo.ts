import { createRequire } from "node:module"
import { join } from "node:path"
import { pathToFileURL } from "node:url"

import { databaseUrl } from "./database-url.ts"
import { NoMongo } from "./no-mongo.ts"
import type { TestMongo } from "./test-mongo.ts"

const PACKAGE = "mongodb-memory-server-core"

/** What there is to do when no server can be had. */
const ADVICE = `set MILLRACE_TEST_MONGODB_URL to the URL of a server, or MILLRACE_MONGODB_SERVER to a program that prints one and serves`

/** Lets the npm package `mongodb-memory-server-core` fetch a `mongod` and run it. */
export async function fetchMongo(): Promise<TestMongo> {
  const { MongoMemoryServer } = await load()
  try {
    const server = await MongoMemoryServer.create()
    const url = server.getUri()
    const refuse = async (): Promise<never> => {
      throw new NoMongo("a fetched mongod is not restartable: set MILLRACE_MONGODB_SERVER to a program that is")
    }
    return {
      url,
      own: true,
      urlOf: (database) => databaseUrl(url, database),
      kill: refuse,
      restart: refuse,
      async stop() {
        await server.stop({ doCleanup: true })
      },
    }
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ")
    throw new NoMongo(`no MongoDB to test with: ${PACKAGE} could not fetch and start one (${reason}): ${ADVICE}`, {
      cause: error,
    })
  }
}

/** The part of the package that is used here. */
interface MemoryServerModule {
  readonly MongoMemoryServer: {
    create(): Promise<{ getUri(): string; stop(options: { readonly doCleanup: boolean }): Promise<unknown> }>
  }
}

async function load(): Promise<MemoryServerModule> {
  for (const place of [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href]) {
    const entry = resolveFrom(place)
    if (entry === undefined) continue
    const loaded: unknown = await import(pathToFileURL(entry).href)
    if (isMemoryServerModule(loaded)) return loaded
  }
  throw new NoMongo(`no MongoDB to test with: ${ADVICE}, or run npm install --save-dev ${PACKAGE}`)
}

function resolveFrom(place: string): string | undefined {
  try {
    return createRequire(place).resolve(PACKAGE)
  } catch {
    return undefined // Not installed there.
  }
}

function isMemoryServerModule(loaded: unknown): loaded is MemoryServerModule {
  return typeof loaded === "object" && loaded !== null && "MongoMemoryServer" in loaded
}
