import { databaseUrl } from "./database-url.ts"
import { borrowMongo } from "./lend-mongo.ts"
import { NoMongo } from "./no-mongo.ts"
import { serveMongo } from "./serve-mongo.ts"
import { setting } from "./setting.ts"
import type { TestMongo } from "./test-mongo.ts"

/** How a throwaway MongoDB is started. */
export interface MongoServerOptions {
  /**
   * A server of one's own that `kill` and `restart` work on. Needs `MILLRACE_MONGODB_SERVER`; its program then gets `--port N --keep DIR` and
   * has to keep its data in DIR.
   */
  readonly restartable?: boolean
}

/**
 * Starts a throwaway MongoDB on 127.0.0.1, gone after `stop` and gone with this process. In this order: the one that
 * `MILLRACE_TEST_MONGODB_URL` names is used as it is; else the program that `MILLRACE_MONGODB_SERVER` names is run, which prints a URL as its first line and
 * serves until it gets SIGTERM; else the npm package `mongodb-memory-server-core`, where it is installed, fetches and runs a `mongod`.
 * Throws `NoMongo` with what was tried when there is none. A server takes seconds to start: where `lendMongo` was called for a test run, all its processes share one.
 */
export async function startMongo({ restartable = false }: MongoServerOptions = {}): Promise<TestMongo> {
  if (restartable) return serveMongo({ restartable })
  const given = setting("MILLRACE_TEST_MONGODB_URL") ?? (await borrowMongo())
  return given === undefined ? serveMongo({ restartable }) : useMongo(given)
}

function useMongo(url: string): TestMongo {
  const refuse = async (): Promise<never> => {
    throw new NoMongo("this server is not this test's alone: call startMongo({ restartable: true }) for one to kill")
  }
  return {
    url,
    own: false,
    urlOf: (database) => databaseUrl(url, database),
    kill: refuse,
    restart: refuse,
    async stop() {},
  }
}
